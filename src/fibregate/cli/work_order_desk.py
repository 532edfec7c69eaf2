"""A work order in an operator's hands: found, spoken for, and what became of what was said."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import typer

from fibregate.cli import store
from fibregate.cli.context import Workbench
from fibregate.cli.desk import operator_here, run, say
from fibregate.db import Row, Tx
from fibregate.doors.updates import companions
from fibregate.errors import Invalid, Unknown
from fibregate.inbox import actions as inbox
from fibregate.suppliers.port import Addressee, Draft, Note
from fibregate.tenants import actions as tenants
from fibregate.tenants import audit
from fibregate.vocabulary import OrderKey, SupplierId, TenantId

PATIENCE: Final = 5.0
"""Seconds of the real clock to wait for a worker to read an update."""
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """One work order, whoever's it is."""

    tenant: TenantId
    tenant_code: str
    row: Row

    @property
    def order(self) -> OrderKey:
        return OrderKey(self.row["order_key"])

    @property
    def reference(self) -> str:
        return str(self.row["reference"])


@dataclass(frozen=True, slots=True)
class Words:
    """What every update may carry."""

    text: str | None = None
    problem: str | None = None
    codes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def checked_notes(self, now: datetime) -> tuple[Note, ...]:
        return tuple(Note(one, "Engineer Note", now) for one in self.notes)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an update: its state, why it was refused, and where the order stands."""

    state: str
    refusal: str | None
    number: int
    status: str


Compose = Callable[[Tx, Found, datetime], Awaitable[Draft]]
"""Makes the update, in the transaction that keeps it."""


async def find(bench: Workbench, reference: str) -> Found:
    """Whichever tenant's it is: each is asked as itself. Raises `Unknown`."""
    for one in await tenants.list_all(bench.db):
        row = await store.find_work_order(bench.db, one.tenant_id, reference.strip())
        if row is not None:
            return Found(one.tenant_id, one.code, row)
    raise Unknown(f"there is no work order {reference}; see fibregate work-order list")


def speak(reference: str, act: str, compose: Compose, data: Path | None, database: str | None) -> None:
    """Say it for our network, in the one place where updates come in, and tell what became of it."""

    async def work(bench: Workbench) -> tuple[Found, Became | None]:
        found = await find(bench, reference)
        now = await bench.clock.now()
        async with bench.db.tx(found.tenant) as tx:
            draft = await compose(tx, found, now)
            faults = list(companions.faults(draft))
            if faults:
                raise Invalid(faults)
            about = Addressee(found.tenant, SupplierId(found.row["supplier_id"]), found.order)
            identity = await inbox.announce(tx, about, draft, now)
            await _note(tx, found, act, draft)
        return found, await _became(bench, found, identity)

    found, became = run(work, data, database)
    _tell(found, became)


async def _note(tx: Tx, found: Found, act: str, draft: Draft) -> None:
    by = operator_here()
    await audit.record(
        tx,
        tenant=found.tenant,
        actor=by.name,
        act=f"work-order.{act}",
        subject=f"work order {found.reference}",
        origin=by.origin,
        details={"reason": draft.reason.value, "problemCode": draft.problem_code},
    )


async def _became(bench: Workbench, found: Found, identity: UUID) -> Became | None:
    """None while nobody has read it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        row = await store.update_state(bench.db, found.tenant, identity)
        if row is not None and row["state"] != "RECEIVED":
            return Became(row["state"], row["refusal"], row["sequence_number"], row["status"])
        if time.monotonic() > deadline:
            return None
        await asyncio.sleep(_LOOK_SECONDS)


def _tell(found: Found, became: Became | None) -> None:
    order = f"order {found.row['id']} of {found.tenant_code}"
    if became is None:
        say(f"Kept for {order}, but nobody has read it within {PATIENCE:.0f} s.")
        say("It is applied as soon as a worker runs: fibregate serve, or fibregate work.")
        return
    if became.refusal:
        typer.secho(f"refused: {became.refusal}", err=True, fg="red")
        raise typer.Exit(1)
    if became.state == "RECORDED":
        say(f"Recorded as update {became.number}: {order} has ended and stays {became.status}. Its tenant is told.")
        return
    say(f"Applied as update {became.number}: {order} is {became.status}. Its tenant is told.")


def words_of(text: str | None, problem: str | None, code: list[str] | None, note: list[str] | None) -> Words:
    """From the options that most commands have."""
    return Words(text, problem, tuple(code or ()), tuple(note or ()))


def say_it(reference: str, act: str, draft: Draft, words: Words, data: Path | None, database: str | None) -> None:  # noqa: PLR0917 - as they are typed
    """A draft that is made before the work order is found."""

    async def compose(_: Tx, __: Found, now: datetime) -> Draft:
        return worded(draft, words, now)

    speak(reference, act, compose, data, database)


def worded(draft: Draft, words: Words, now: datetime) -> Draft:
    """The draft with what every update may carry."""
    return replace(
        draft,
        text=words.text or draft.text,
        problem_code=words.problem,
        supplier_codes=words.codes,
        notes=words.checked_notes(now),
    )
