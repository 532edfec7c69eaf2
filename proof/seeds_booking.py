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
    where tenant_id = $1 and id = $2 and state in ('RESERVED', 'ATTACHED', 'CONFIRMED') returning slot_id
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

BUGS: Final[tuple[Bug, ...]] = (CHECK_THEN_INSERT, RELEASE_THEN_REBOOK, SELECT_THEN_INSERT, SCOPED_TO_THE_TOKEN)
