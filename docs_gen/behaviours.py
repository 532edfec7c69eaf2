"""`remote-network.md`, from the table of behaviours itself."""

from docs_gen.markdown import code, heading, table
from fibregate.sandbox.remote import behaviours, premises
from fibregate.sandbox.remote.behaviour import Behaviour


def page() -> str:
    """What it is, where it behaves how, and what its log says."""
    top = heading(
        "The remote network",
        "`src/fibregate/sandbox/remote/behaviours.py`",
        "An invented supplier as a process of its own, to try a gateway against: `fibregate remote-network`. It speaks "
        "the [wholesale dialect](wholesale.md) over real HTTP, below its prefix and without it, with OAuth2 (at "
        "`/oauth/token` and `/IdentityModule/v1.0/oauth/token`) or HTTP Basic, and tells a gateway's "
        "[updates door](updates.md) what becomes of each order: ACKNOWLEDGED, COMMITTED, UPDATE, ADDITIONAL, "
        "COMPLETED. How to use it: [the sandbox](sandbox.md#a-remote-network).",
        f"Any address can be ordered at but {premises.UNKNOWN[0]} to {premises.UNKNOWN[-1]}, which it does not know. "
        "Of each thousand addresses the first 500 need an engineer's visit. A thousand addresses, from the one in the "
        "table on, belong to each behaviour; `--behave NAME` makes all addresses behave like that. What is not said "
        "otherwise is done as it should be. Where it says that an order is taken, it is done once, whatever was "
        "answered, and its updates follow.",
    )
    rows = [[code(behaviours.first_uprn(one)), code(one.name), one.does, _spoilt(one)] for one in behaviours.BEHAVIOURS]
    return f"{top}\n{table(['first address', 'behaviour', 'what it does', 'calls'], rows)}"


def _spoilt(behaviour: Behaviour) -> str:
    if behaviour is behaviours.WELL:
        return ""
    return ", ".join(sorted(behaviour.on)) or "updates"
