"""The command itself: find, gather, write."""

import io
import os
import zipfile
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import orjson
import typer

from fibregate.cli.bundle import contents, logs, store
from fibregate.cli.bundle.contents import Bundle
from fibregate.cli.bundle.logs import Search
from fibregate.cli.cases import finding
from fibregate.cli.cases.finding import Found
from fibregate.cli.context import Refused, Workbench
from fibregate.cli.desk import Data, Database, run, say
from fibregate.tenants import actions as tenants

_ONLY_BUGS: Final = (
    "only faults of the gateway itself are logged with their uuid; that of a refusal (4xx) is kept nowhere"
)


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("bundle", epilog="Example: fibregate bundle 127 --tenant ISP1 -o order-127.zip --log web.log")(bundle)


def bundle(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ORDER|UUID", help="An order, named as for fibregate why, or the uuid of an error answer."
        ),
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.zip", dir_okay=False, help="Must not be there yet.")
    ],
    tenant: Annotated[str | None, typer.Option(help="Whose order, where several tenants use its number.")] = None,
    log: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="A log file to search, .gz too; repeat it."),
    ] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Gather everything about an order or an error in a file that may be given away.

    Versions, settings, the order's rows, KCIs, deliveries with their attempts, updates, lanes, audit, alarms and log
    lines, as JSON. Personal data and secrets are masked: only what is on a list gets in, and the manifest counts what
    did not.
    """

    async def work(bench: Workbench) -> Bundle:
        return await _gathered(bench, subject.strip(), tenant, log)

    if output.exists():
        typer.secho(f"refused: {output} is there already", err=True, fg="red")
        raise typer.Exit(1)
    made = run(work, data, database)
    _write(made, output)
    hidden = sum(made.masker.hidden.values())
    say(f"{output}: {len(made.files)} files; {hidden} values are hidden, as manifest.json says.")


async def _gathered(bench: Workbench, subject: str, tenant: str | None, files: list[Path] | None) -> Bundle:
    identity = finding.uuid_of(subject)
    if identity is None:
        found = await finding.find(bench, subject, tenant)
        return await contents.gathered(bench, subject, found, await _logged(bench, found, files))
    found = await finding.by_uuid(bench, identity, tenant) or await _by_error(bench, identity, tenant)
    log = logs.search(files, [str(identity)]) if files is not None else None
    if found is None and log is not None:
        found = await finding.by_request(bench, log.ids, tenant)
    if found is None and not (log and log.lines):
        raise Refused(_nowhere(identity, log))
    if files is not None and log is not None:
        log = await _around(bench, files, str(identity), found, log)
    return await contents.gathered(bench, subject, found, log)


async def _by_error(bench: Workbench, identity: UUID, tenant: str | None) -> Found | None:
    asked = [await tenants.get(bench.db, tenant)] if tenant else await tenants.list_all(bench.db)
    matches = [
        finding.Match(each, row["id"], row["named"])
        for each in asked
        for row in await store.find_error(bench.db, each.tenant_id, identity)
    ]
    return await finding.only(bench, matches) if matches else None


async def _logged(bench: Workbench, found: Found, files: list[Path] | None) -> Search | None:
    if files is None:
        return None
    return logs.search(files, await _names(bench, found), tenants=_known_as(found))


async def _around(bench: Workbench, files: list[Path], identity: str, found: Found | None, log: Search) -> Search:
    """The error's own lines, and those of the same request and of the same order."""
    names = await _names(bench, found) if found else []
    whose = _known_as(found) if found else {one["tenant"] for one in log.lines if one.get("tenant")}
    return logs.search(files, [identity, *log.ids, *names], tenants=whose)


def _known_as(found: Found) -> set[object]:
    """Lines of requests name the tenant's code, those of deliveries its number."""
    return {found.tenant.code, found.tenant.tenant_id}


async def _names(bench: Workbench, found: Found) -> list[str]:
    """What a log line about an order may hold: its request, its conversation, its lanes."""
    names = await store.subjects(bench.db, found.tenant.tenant_id, found.order.key)
    return [found.order.request_id, found.order.conversation_id, *(one for one in names if ":" in one)]


def _nowhere(identity: UUID, log: Search | None) -> str:
    read = (
        "no log was given: name the web process's with --log" if log is None else f"none of {log.read} log lines has it"
    )
    return f"{identity} is known nowhere: it is in no KCI, update or delivery, and {read}. Note that {_ONLY_BUGS}."


def _write(made: Bundle, output: Path) -> None:
    """For its owner's eyes only; whole, or not at all."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in made.files.items():
            archive.writestr(name, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    try:
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(packed.getvalue())
    except OSError as error:
        typer.secho(f"refused: {output}: {error.strerror}", err=True, fg="red")
        raise typer.Exit(1) from error
