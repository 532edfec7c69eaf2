"""The bugs that T7, T8 and T20 must catch."""

from typing import Final

from proof.seeds import Bug, Change

_CONNECTOR: Final = "web/connector.py"
_LANES: Final = "lanes/store.py"

BUGS: Final = (
    Bug(
        name="the whole answer is read",
        proof="T7",
        breaks=("MiB beyond 32 by which the worker's memory grew",),
        changes=(
            Change(_CONNECTOR, "while len(found) < most:", "while True:"),
            Change(_CONNECTOR, "await response.content.read(most - len(found))", "await response.content.read(2**20)"),
            Change(_CONNECTOR, "return bytes(found)", "return bytes(found[:most])"),
        ),
        figures={"faults": ("200", "gibibyte")},
    ),
    Bug(
        name="redirects are followed",
        proof="T7",
        breaks=("calls to where a redirect led",),
        changes=(Change(_CONNECTOR, "allow_redirects=False,", "allow_redirects=True,"),),
        figures={"faults": ("200", "301-trap", "302-trap", "307-trap", "308-trap")},
    ),
    Bug(
        name="each event backs off by itself: the first 2xx after an outage releases nothing",
        proof="T8",
        breaks=("events not delivered with the first 2xx after an outage", "events that never came"),
        changes=(
            Change(
                _LANES,
                "update lanes as l set held = false, due_at = clock() from waiting where l.key = waiting.key",
                "update lanes as l set held = false, due_at = clock() + interval '1 hour' "
                "from waiting where l.key = waiting.key",
            ),
        ),
    ),
    Bug(
        name="first come, first served: a claim takes what has been due the longest, whoever's it is",
        proof="T20",
        breaks=(
            "hundredths by which a quiet tenant's p99 to deliver beside others goes beyond the bound",
            "requests of the quiet tenant that were refused, or never came to anything",
        ),
        changes=(
            Change(
                _LANES, "limit least(r.places, r.of_tenant, greatest(1, $2 / (select count(*) from room)))", "limit $2"
            ),
            Change(_LANES, "row_number() over (partition by r.share order by", "row_number() over (order by"),
            Change(_LANES, "where coalesce(b.running, 0) < $4 and coalesce(t.running, 0) < $10", "where true"),
            Change(
                _LANES, "order by turn, served, share) <= of_tenant as has_place", "order by turn) > 0 as has_place"
            ),
        ),
    ),
)
