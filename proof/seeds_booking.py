"""The bugs that T2 to T5 and T13 must catch."""

from typing import Final

from proof.seeds import Bug, Change

_APPOINTMENTS: Final = "appointments/store.py"

CHECK_THEN_INSERT: Final = Bug(
    name="check-then-insert: a place is looked for, then taken, with nothing that guards it in between",
    proof="T4",
    breaks=("timeslots with more live holders than capacity", "places that two callers surely held at once"),
    changes=(
        Change(
            _APPOINTMENTS,
            """\
    update slots as s set booked = s.booked + 1 from spot where s.slot_id = spot.slot_id and s.booked < s.capacity
    returning s.slot_id, s.starts_at, s.ends_at, s.classification, s.standard
""",
            """\
    select s.slot_id, s.starts_at, s.ends_at, s.classification, s.standard from slots as s, spot
    where s.slot_id = spot.slot_id and s.booked < s.capacity
),
taken as (
    update slots as s set booked = s.booked + 1 from place where s.slot_id = place.slot_id
""",
        ),
        Change(
            "migrations/0002_network.sql",
            "alter table slots add constraint slots_never_over_capacity check (booked <= capacity);\n",
            "",
        ),
    ),
)

RELEASE_THEN_REBOOK: Final = Bug(
    name="release-then-rebook without fencing: a release said twice gives back what somebody else has booked since",
    proof="T5",
    breaks=("timeslots whose answers no order explains", "timeslots whose count is not that of their holders"),
    changes=(
        Change(
            _APPOINTMENTS,
            """\
    where tenant_id = $1 and id = $2 and state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED') returning slot_id
""",
            """\
    where tenant_id = $1 and id = $2 returning slot_id
""",
        ),
    ),
)

SELECT_THEN_INSERT: Final = Bug(
    name="SELECT-then-INSERT: an order's number is looked for, and no key of the table refuses the second",
    proof="T3",
    breaks=("keys with other than one effect",),
    changes=(
        Change(
            "migrations/0003_orders.sql",
            "    unique (tenant_id, id),\n    check ((status in",
            "    check ((status in",
        ),
    ),
)

SCOPED_TO_THE_TOKEN: Final = Bug(
    name="a key scoped to the token: with a new one the same request is another",
    proof="T3",
    breaks=("replays that differ from the first answer",),
    changes=(
        Change(
            "web/endpoint.py",
            "            fingerprint=inputs.fingerprint,\n",
            "            fingerprint=inputs.fingerprint and inputs.fingerprint[:16] + head.token()[-16:].encode(),\n",
        ),
    ),
)

PUBLISH_AFTER_COMMIT: Final = Bug(
    name="published after the commit: the KCI is queued by a statement of its own, when what made it is done",
    proof="T2",
    breaks=("events still undelivered at the end", "events lost", "attempts before the one ahead was taken"),
    changes=(
        Change(
            "kcis/store.py",
            """\
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select
    'kci:' || e.endpoint_id || ':' || $2, 'kci', $1,
    jsonb_build_object('endpoint', e.endpoint_id, 'order', $2::bigint), $10, $3, $3 - 1, e.endpoint_id::text
""",
            """\
select position from head
\"""

_PUBLISH = \"""
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select
    'kci:' || e.endpoint_id || ':' || $2::bigint, 'kci', $1, jsonb_build_object('endpoint', e.endpoint_id,
        'order', $2::bigint), $4::timestamptz, $3::integer, $3::integer - 1, e.endpoint_id::text
""",
        ),
        Change(
            "kcis/store.py",
            "dict(facts), issued_at, received_at, now)\n",
            "dict(facts), issued_at, received_at, now)\n    on.later.append((_PUBLISH, (order, number, now)))\n",
        ),
        Change(
            "db.py",
            "    wakes_workers: bool = False\n",
            "    wakes_workers: bool = False\n    later: list[Any] = field(default_factory=list[Any])\n",
        ),
        Change(
            "db.py",
            "        if tx.wakes_workers:\n            self.hint()\n",
            """\
        for sql, arguments in tx.later:
            await self.row(sql, tx.tenant, *arguments)
        if tx.wakes_workers:
            self.hint()
""",
        ),
    ),
)

VALIDATE_THEN_FETCH: Final = Bug(
    name="validate, then fetch: the host is looked up and judged, and looked up again to be called",
    proof="T13",
    breaks=("packets to an address that may not be called",),
    changes=(
        Change(
            "web/dialling.py",
            """\
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        results: list[ResolveResult] = []
        for kind, _, proto, _, address in found:
            if not self._guard.admits(str(address[0])):
                raise Refused("the host has an address that may not be called")
""",
            """\
        for one in await asyncio.get_running_loop().run_in_executor(self._threads, look_up):
            if not self._guard.admits(str(one[4][0])):
                raise Refused("the host has an address that may not be called")
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        results: list[ResolveResult] = []
        for kind, _, proto, _, address in found:
""",
        ),
        Change(
            "web/dialling.py",
            """\
        family, kind, proto, _, address = info
        if not self._guard.admits(str(address[0])):
            raise Refused("this address may not be called")
""",
            "        family, kind, proto, _, _ = info\n",
        ),
    ),
)

BUGS: Final[tuple[Bug, ...]] = (
    PUBLISH_AFTER_COMMIT,
    SELECT_THEN_INSERT,
    SCOPED_TO_THE_TOKEN,
    CHECK_THEN_INSERT,
    RELEASE_THEN_REBOOK,
    VALIDATE_THEN_FETCH,
)
