"""All generated pages, by their path in the repository."""

from pathlib import Path
from typing import Final

from docs_gen import api, behaviours, cli, conformance, errors, settings, states

ROOT: Final = Path(__file__).parent.parent
REFERENCE: Final = "docs/reference"


def pages() -> dict[str, str]:
    """Path to text."""
    return {
        f"{REFERENCE}/settings.md": settings.page(),
        f"{REFERENCE}/errors.md": errors.page(),
        f"{REFERENCE}/states.md": states.page(),
        f"{REFERENCE}/cli.md": cli.page(),
        f"{REFERENCE}/conformance.md": conformance.page(),
        f"{REFERENCE}/remote-network.md": behaviours.page(),
        f"{REFERENCE}/api.md": api.index(),
        **{f"{REFERENCE}/api/{name}.md": text for name, text in api.by_door().items()},
    }
