"""A second opinion on the walls: `pgrls`, which knows nothing of us, reads the policies and proves them.

Its linter reads the schema as it is. Its prover does not know `nullif`, so before it is asked, the policies of this
database, which is thrown away afterwards, are written without: where the setting is empty, the one admits no row and
the other raises an error, and otherwise the two are the same.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from proof.ground import Gateway
from proof.look import rows
from proof.model import Findings
from proof.t12_catalogue import OF_NO_TENANT, OTHER_POLICIES, SHARED_KEYS

SECOND: Final = "findings of pgrls, and tables that it cannot prove to be isolated"
UNWANTED: Final[Mapping[str, str]] = {
    "SEC003": "our policies are for every role; which may read a table at all, its grants say",
    "SEC007": "a table has one policy, so there is no OR to put a floor under",
    "SEC049": "nothing serves our tables over HTTP",
    "PERF001": "a setting is read faster than a subquery is planned",
}
"""Rules that are left out, each with its reason."""

MODES: Final = ("anon", "cross-tenant", "write", "escalation", "reachability")
_POLICIES: Final = """
select p.polname as name, p.polrelid::regclass::text as table, pg_get_expr(p.polqual, p.polrelid) as rows,
    pg_get_expr(p.polwithcheck, p.polrelid) as writes
from pg_policy as p
"""
_CAREFUL: Final = "NULLIF(current_setting('fg.tenant'::text, true), ''::text)"
_PLAIN: Final = "current_setting('fg.tenant'::text, true)"


async def judge(gateway: Gateway, folder: Path, findings: Findings) -> None:
    """Changes the policies: nothing else may be looked at afterwards."""
    findings.looked_at(SECOND)
    config = folder / "pgrls.toml"
    config.write_text(_config(), "utf-8")
    words = [word for rule in UNWANTED for word in ("--exclude-rule", rule)]
    for one in (await _asked(gateway, config, "lint", *words))["violations"]:
        if any(f"({key})" in one["location"] for key in SHARED_KEYS):
            continue
        findings.broke(SECOND, f"{one['rule_id']} {one['location']} {one['message']}"[:300])
    await _without_nullif(gateway)
    for mode in MODES:
        found = await _asked(gateway, config, "verify", "--mode", mode)
        for table in found["tables"]:
            findings.done["verdicts of pgrls"] += 1
            for policy in table["policies"] or [table]:
                name = f"{table['table'].removeprefix('public.')}.{policy.get('policy', '')}"
                if policy["verdict"] != "isolated" and name not in OTHER_POLICIES:
                    findings.broke(SECOND, f"{mode}: {name}: {policy['verdict']}: {policy.get('reason')}"[:300])


def _config() -> str:
    listed = ", ".join(f'"public.{name}"' for name in OF_NO_TENANT)
    return f"""\
[lint.rules.SEC001]
allowlist = [{listed}]

[lint.rules.SEC021]
identity_columns = ["tenant_id", "about_tenant"]
"""


async def _asked(gateway: Gateway, config: Path, *words: str) -> dict[str, Any]:
    """What it says as JSON. It ends with 1 where it has found something, and with more where it could not look."""
    where = ("--database-url", gateway.superuser, "--schemas", "public", "--config", str(config))
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pgrls", *words, *where, "--format", "json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await ran.communicate()
    if ran.returncode not in {0, 1} or not said:
        raise RuntimeError(f"pgrls {words[0]}: {ran.returncode} {complaint.decode(errors='replace')[-500:]}")
    return orjson.loads(said)


async def _without_nullif(gateway: Gateway) -> None:
    for one in await rows(gateway, _POLICIES):
        using = f" using ({one['rows'].replace(_CAREFUL, _PLAIN)})" if one["rows"] else ""
        check = f" with check ({one['writes'].replace(_CAREFUL, _PLAIN)})" if one["writes"] else ""
        await rows(gateway, f"alter policy {one['name']} on {one['table']}{using}{check}")
