"""The bugs that the proofs of delivery must catch: T1, T7, T8, T20 and T24."""

from typing import Final

from proof.seeds import Bug, Change

BUGS: Final[tuple[Bug, ...]] = (
    Bug(
        name="marked as delivered before it is sent",
        proof="T1",
        breaks=("events lost",),
        changes=(
            Change(
                "kcis/delivery/actions.py",
                "        attempt = await _attempt(",
                """        timings = model.Timings()
        early = model.Attempt(started_at=started_at, timings=timings, outcome="DELIVERED", http_status=204)
        await outcomes.taken(post.db, post.flights, Taken(claim, at, early, started_at), recovers=False)
        attempt = await _attempt(""",
            ),
        ),
        figures={"kills": {"work": 3}, "delay": 1.0, "drain": 2},
    ),
    Bug(
        name="claimed without a lease",
        proof="T1",
        breaks=("repeats more than kills × in flight",),
        changes=(
            Change(
                "lanes/store.py",
                "set owner = $1, leased_until = clock_timestamp() + $3::interval, generation = l.generation + 1",
                "set owner = $1, leased_until = clock_timestamp() + $3::interval * 0, generation = l.generation + 1",
            ),
        ),
        figures={"kills": {}},
    ),
    Bug(
        name="the signature is of the body written anew",
        proof="T24",
        breaks=("deliveries that a reference library rejects",),
        changes=(
            Change(
                "kcis/delivery/actions.py",
                'signing.headers(keyring, message_id=str(row["id"]), at=real_now(), body=body)',
                'signing.headers(keyring, message_id=str(row["id"]), at=real_now(), body=anew(body))',
            ),
            Change(
                "kcis/delivery/actions.py",
                "async def _letter(",
                """def anew(body: bytes) -> bytes:
    import json

    return json.dumps(json.loads(body)).encode()


async def _letter(""",
            ),
        ),
        figures={"may_install": False},
    ),
)
