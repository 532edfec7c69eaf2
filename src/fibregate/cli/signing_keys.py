"""`fibregate signing-key`: the keys that prove a token to be ours."""

from typing import Annotated

import typer

from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say, show, written
from fibregate.tenants import keys

signing_key = typer.Typer(no_args_is_help=True, help="The keys that sign access tokens.")


@signing_key.command("list", epilog="Example: fibregate signing-key list")
def list_keys(data: Data = None, database: Database = None) -> None:
    """Show the keys: published, signing, only verifying, ended."""

    async def work(bench: Workbench) -> list[list[str]]:
        return [
            [key.kid, stage, written(key.signs_from), written(key.verifies_until)]
            for key, stage in await keys.stages(bench.db)
        ]

    show(["key", "stage", "signs from", "verifies until"], run(work, data, database))


@signing_key.command("rotate", epilog="Example: fibregate signing-key rotate")
def rotate_key(
    *,
    publish_seconds: Annotated[
        int, typer.Option(min=0, max=30 * 86_400, help="How long the new key is published before it signs.")
    ] = keys.PUBLISH_SECONDS,
    now: Annotated[bool, typer.Option("--now", help="The new key signs at once.")] = False,
    drop_others: Annotated[
        bool, typer.Option("--drop-others", help="A key has leaked: all others end now, and every token with them.")
    ] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Publish a new key. The present one signs until then, and verifies until its last token has ended."""

    async def work(bench: Workbench) -> keys.SigningKey:
        async with bench.db.tx(None) as tx:
            return await keys.rotate(
                tx,
                bench.vault,
                token_seconds=bench.settings.token_seconds,
                publish_seconds=0 if now else publish_seconds,
                drop=drop_others,
                by=operator_here(),
            )

    made = run(work, data, database)
    say(f"{made.kid} is published and signs from {written(made.signs_from)}.")
