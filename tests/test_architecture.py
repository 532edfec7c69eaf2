"""The laws of the house that no linter knows. Each exception stands here by name, with its reason."""

import ast
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from fibregate.migrate import Dsns

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "fibregate"

SRC_LINES = 300
TEST_LINES = 400
FUNCTION_LINES = 40

SQL = re.compile(
    r"\bselect\s.+\sfrom\s|^\s*select\s+\S+\(|\binsert\s+into\s|\bupdate\s+\w+\s+set\s|\bdelete\s+from\s"
    r"|^\s*with\s+\w+\s+as\s|\bcreate\s+(table|role|database|index)\s|\balter\s+(table|role)\s|^\s*set\s+role\s",
    re.IGNORECASE | re.DOTALL,
)

# Beside every room's store.py.
MAY_HOLD_SQL = {
    "db.py": "sets tenant and role of a connection",
    "migrate.py": "applies the schema and makes the roles",
    "boot.py": "asks the server itself how it is set, before anything is served",
}

# Tables whose rows belong to no one tenant. Any other table has tenant_id, leads its key with it and has both walls.
OF_NO_TENANT = {
    "schema_migrations": "what was applied to this database",
    "business_clock": "one row for all",
    "tenants": "read before the tenant is known",
    "clients": "read before the tenant is known",
    "client_secrets": "read before the tenant is known",
    "operator_tokens": "operators belong to no tenant",
    "signing_keys": "ours",
    "suppliers": "serve all tenants",
    "supplier_accounts": "tenants of ours may share one",
    "supplier_health": "suppliers answer all tenants alike",
    "supplier_circuits": "suppliers answer all tenants alike",
    "switches": "a line goes from one tenant to another",
    "endpoint_public_keys": "read by anybody who has an endpoint's id",
    "lanes": "claimed across tenants by the work role; the handler then works as the lane's tenant",
    "audit": "acts of operators have no tenant; its policies show a tenant its own rows only",
    "alarms": "an operator's own have no tenant; its policies show a tenant its own rows only",
    "areas": "our own network is the same for all tenants",
    "service_specifications": "our own network is the same for all tenants",
    "profiles": "our own network is the same for all tenants",
    "premises": "our own network is the same for all tenants",
    "onts": "our own network is the same for all tenants",
    "ont_ports": "our own network is the same for all tenants",
    "ethernet_price_lists": "our own network is the same for all tenants",
    "ethernet_products": "our own network is the same for all tenants",
    "ethernet_bandwidths": "our own network is the same for all tenants",
    "ethernet_terms": "our own network is the same for all tenants",
    "ethernet_distances": "our own network is the same for all tenants",
    "ethernet_sites": "our own network is the same for all tenants",
    "slot_books": "places are sold to whoever comes first",
    "slot_patterns": "places are sold to whoever comes first",
    "slots": "places are sold to whoever comes first",
    "expectations": "what suppliers have agreed to is the same for all tenants",
    "supplier_orders": "a supplier names an order by its own reference, and the tenant is found by it",
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string in a module but its docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def test_sql_stands_only_in_stores() -> None:
    found = [
        f"{name_of(path)}:{line}: {text.strip()[:60]!r}"
        for path in modules()
        if path.name != "store.py" and name_of(path) not in MAY_HOLD_SQL
        for line, text in strings(ast.parse(path.read_text()))
        if SQL.search(text)
    ]
    assert not found, "move it to the room's store.py"


def test_files_are_short() -> None:
    caps = {"src": SRC_LINES, "tests": TEST_LINES, "bench": TEST_LINES, "proof": TEST_LINES}
    found = [
        f"{path.relative_to(ROOT)}: {lines} lines, at most {cap}"
        for folder, cap in caps.items()
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > cap
    ]
    assert not found


def test_functions_are_short() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not found


def test_every_room_says_what_it_is() -> None:
    rooms = [path for path in modules() if path.name == "__init__.py"]
    assert not [name_of(path) for path in rooms if not ast.get_docstring(ast.parse(path.read_text()))]


def test_folders_of_code_are_rooms() -> None:
    folders = {path.parent for path in modules()}
    assert not [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()]


def test_a_proof_knows_the_gateway_only_from_outside() -> None:
    """It would otherwise judge the gateway by the gateway's own code."""
    imported = [
        (path.name, name)
        for path in sorted((ROOT / "proof").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    ]
    assert imported
    assert not [one for one in imported if one[1].partition(".")[0] in {"fibregate", "tests", "bench", "src"}]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_name_no_address_and_hash_everything(lock: str) -> None:
    entries = re.split(r"\n(?=\w)", (ROOT / lock).read_text())
    assert not [entry for entry in entries if "://" in entry or entry.startswith("-")]
    assert not [entry for entry in entries if "--hash=sha256:" not in entry]


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_tests_reach_nothing_beyond_this_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="beyond this machine"):
        socket.create_connection((host, 80), timeout=0.1)


async def rows(dsn: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()


async def test_every_table_of_a_tenant_leads_its_key_with_the_tenant_and_has_both_walls(dsns: Dsns) -> None:
    found = await rows(
        dsns.owner,
        """
        select t.relname as name, t.relrowsecurity and t.relforcerowsecurity as walled,
               exists (select from pg_policy where polrelid = t.oid) as has_policy,
               (select attname from pg_index i join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
                 where i.indrelid = t.oid and i.indisprimary) as key_leads_with
        from pg_class t where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p')
        """,
    )
    names = {row["name"] for row in found}
    assert set(OF_NO_TENANT) <= names, "the list names tables that are gone"
    tenants = [row for row in found if row["name"] not in OF_NO_TENANT]
    assert tenants
    assert not [row["name"] for row in tenants if row["key_leads_with"] != "tenant_id"]
    assert not [row["name"] for row in tenants if not row["walled"] or not row["has_policy"]]


async def test_no_row_points_at_another_tenants(dsns: Dsns) -> None:
    """Foreign keys are checked past row-level security, so between tables of tenants they lead with the tenant."""
    found = await rows(
        dsns.owner,
        """
        with of_tenant as (select attrelid, attnum from pg_attribute where attname = 'tenant_id' and not attisdropped)
        select c.conname from pg_constraint c
        join of_tenant here on here.attrelid = c.conrelid join of_tenant there on there.attrelid = c.confrelid
        where c.contype = 'f' and (c.conkey[1] <> here.attnum or c.confkey[1] <> there.attnum)
        """,
    )
    assert not [row["conname"] for row in found]


async def test_the_service_owns_no_table(dsns: Dsns) -> None:
    owners = await rows(dsns.owner, "select distinct tableowner from pg_tables where schemaname = 'public'")
    assert [row["tableowner"] for row in owners] == ["fibregate_owner"]
