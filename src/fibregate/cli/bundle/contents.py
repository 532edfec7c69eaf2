"""What goes into a bundle: an order's rows, what the logs say, versions and settings; all masked."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Final

from fibregate.cli.bundle import store
from fibregate.cli.bundle.logs import Search
from fibregate.cli.bundle.masking import Masker
from fibregate.cli.bundle.shapes import SHAPES
from fibregate.cli.cases.finding import Found
from fibregate.cli.context import Workbench
from fibregate.clock import real_now
from fibregate.sandbox import store as sandbox

_SECRETS: Final = (
    "webhook secrets and their key pairs",
    "static headers and credentials towards endpoints",
    "client secrets, tokens and signing keys",
    "the master key and the database's address",
)


@dataclass
class Bundle:
    """Files by their name, and what was hidden in them."""

    files: dict[str, Any] = field(default_factory=dict[str, Any])
    masker: Masker = field(default_factory=Masker)

    def add(self, name: str, rows: list[Mapping[str, Any]]) -> None:
        self.files[name] = self.masker.document(name, rows, SHAPES[name])


async def gathered(bench: Workbench, asked: str, found: Found | None, log: Search | None) -> Bundle:
    """Everything. The manifest comes first, and is made last."""
    bundle = Bundle()
    if found is not None:
        await _order(bench, bundle, found)
    if log is not None:
        bundle.add("log.json", list(log.lines))
    bundle.add("settings.json", [bench.settings.model_dump(mode="json")])
    bundle.add("versions.json", [await _versions(bench)])
    bundle.files = {"manifest.json": _manifest(bundle, asked, found, log), **bundle.files}
    return bundle


async def _order(bench: Workbench, bundle: Bundle, found: Found) -> None:
    tenant, key = found.tenant.tenant_id, found.order.key
    names = await store.subjects(bench.db, tenant, key)
    for file in store.OF_ORDER:
        bundle.add(file, [dict(row) for row in await store.rows(bench.db, tenant, file, key, names)])


async def _versions(bench: Workbench) -> dict[str, Any]:
    clock = await sandbox.read_clock(bench.db)
    return {
        "fibregate": metadata.version("fibregate"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "postgresql": await store.version(bench.db),
        "migrations": [dict(row) for row in await store.migrations(bench.db)],
        "packages": [{"name": one, "version": metadata.version(one)} for one in _packages()],
        "business_now": clock["now"],
        "real_now": real_now(),
        "sandbox": clock["sandbox"],
    }


def _packages() -> list[str]:
    """Those that the product itself asks for."""
    wanted = [one.partition(";") for one in metadata.requires("fibregate") or ()]
    return sorted({name.strip().split(" ")[0].rstrip("<>=!~0123456789.,") for name, _, extra in wanted if not extra})


def _manifest(bundle: Bundle, asked: str, found: Found | None, log: Search | None) -> dict[str, Any]:
    hidden = sorted(bundle.masker.hidden.items())
    return {
        "about": {
            "asked": asked,
            "order": found.order.id if found else None,
            "tenant": found.tenant.code if found else None,
            "foundBy": found.by if found else None,
        },
        "made": real_now().isoformat(),
        "fibregate": metadata.version("fibregate"),
        "rule": "Only fields on a list are shown; every other one is hidden and counted here.",
        "files": {name: len(rows) for name, rows in bundle.files.items()},
        "hidden": [{"file": file, "field": path, "times": times} for (file, path), times in hidden],
        "leftOut": list(_SECRETS),
        "log": None
        if log is None
        else {"linesRead": log.read, "found": len(log.lines), "notJson": log.unread, "cutOff": log.cut_off},
    }
