"""What the catalogue says of the second wall: which tables have it, and who or what could walk round it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from proof.ground import Gateway
from proof.look import rows
from proof.model import Findings

UNWALLED: Final = "tables of a tenant without the whole of their wall"
ROUND: Final = "ways round the walls: roles, rights, functions, views, keys"
UNLISTED: Final = "tables without a tenant that stand on no list"

ROLES: Final = ("fibregate_runtime", "fibregate_app", "fibregate_work")
"""As which the service works."""

OF_NO_TENANT: Final[Mapping[str, str]] = {
    "schema_migrations": "what was applied to this database",
    "business_clock": "one row for all",
    "tenants": "read before the tenant is known",
    "clients": "read before the tenant is known",
    "client_secrets": "read before the tenant is known, and hashed",
    "operator_tokens": "operators belong to no tenant",
    "signing_keys": "ours",
    "suppliers": "serve all tenants",
    "endpoint_public_keys": "public, to whoever has the endpoint's id",
    "lanes": "claimed across tenants; whoever works one then does so as its tenant",
    "areas": "our own network is the same for all tenants",
    "service_specifications": "our own network is the same for all tenants",
    "profiles": "our own network is the same for all tenants",
    "premises": "our own network is the same for all tenants",
    "onts": "our own network is the same for all tenants",
    "ont_ports": "our own network is the same for all tenants",
    "slot_books": "places are sold to whoever comes first",
    "ethernet_price_lists": "our own network is the same for all tenants",
    "ethernet_products": "our own network is the same for all tenants",
    "ethernet_bandwidths": "our own network is the same for all tenants",
    "ethernet_terms": "our own network is the same for all tenants",
    "ethernet_distances": "our own network is the same for all tenants",
    "ethernet_sites": "our own network is the same for all tenants",
    "slot_patterns": "places are sold to whoever comes first",
    "slots": "places are sold to whoever comes first",
    "expectations": "what suppliers have agreed to is the same for all tenants",
    "supplier_accounts": "tenants of ours may share one",
    "supplier_health": "suppliers answer all tenants alike",
    "supplier_circuits": "suppliers answer all tenants alike",
    "switches": "a line goes from one tenant to another",
    "supplier_orders": "a supplier names an order by its own reference, and the tenant is found by it",
}
"""Each with its reason. A new table has `tenant_id` and both walls, or it stands here."""

SHARED_KEYS: Final[Mapping[str, str]] = {
    "services_one_a_port": "a port on a wall has one line, whoever's; which, our network says and no caller does",
}
"""Unique keys of tables of tenants that do not lead with the tenant, so that one could tell what another has."""

POLICY: Final = "({} = (NULLIF(current_setting('fg.tenant'::text, true), ''::text))::integer)"
OTHER_POLICIES: Final = frozenset({"alarms.the_operator_s_own", "audit.anyone_writes"})
"""They let through rows of no tenant as well, or instead: the operator's own alarms, and acts of operators."""

_TABLES: Final = """
select t.relname as name, t.relrowsecurity and t.relforcerowsecurity as walled,
    (select a.attname from pg_attribute as a where a.attrelid = t.oid and not a.attisdropped
        and a.attname in ('tenant_id', 'about_tenant')) as of,
    (select a.attnotnull from pg_attribute as a where a.attrelid = t.oid and a.attname = 'tenant_id') as always,
    array(select i.indexrelid::regclass::text from pg_index as i join pg_attribute as a
        on a.attrelid = t.oid and a.attnum = i.indkey[0]
        where i.indrelid = t.oid and i.indisunique and a.attname <> 'tenant_id') as keys
from pg_class as t where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p', 'f')
"""
_POLICIES: Final = """
select c.relname as table, p.polname as name, p.polpermissive as permissive,
    pg_get_expr(p.polqual, p.polrelid) as rows, pg_get_expr(p.polwithcheck, p.polrelid) as writes
from pg_policy as p join pg_class as c on c.oid = p.polrelid
"""
_WAYS_ROUND: Final[Mapping[str, str]] = {
    "role that passes all walls": """
        select distinct r.rolname || ' as ' || w.rolname as found from pg_roles as r
        join pg_roles as w on w.rolsuper or w.rolbypassrls or w.rolcreaterole or w.rolreplication
        where r.rolname = any($1) and pg_has_role(r.oid, w.oid, 'member')
    """,
    "role that owns what it should only use": """
        select distinct r.rolname || ' ' || c.relname as found from pg_roles as r
        join pg_class as c on pg_has_role(r.oid, c.relowner, 'member')
        where r.rolname = any($1) and c.relnamespace = 'public'::regnamespace
    """,
    "right that no policy governs": """
        select r.rolname || ' ' || t.relname as found from pg_roles as r, pg_class as t
        where r.rolname = any($1) and t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p')
            and has_table_privilege(r.oid, t.oid, 'truncate, references, trigger')
    """,
    "right to make things": """
        select r.rolname || ' public' as found from pg_roles as r
        where r.rolname = any($1) and has_schema_privilege(r.oid, 'public', 'create')
    """,
    "function that works as its owner": """
        select p.oid::regprocedure::text as found from pg_proc as p
        where p.pronamespace = 'public'::regnamespace and (p.prosecdef or p.proleakproof) and $1::text[] is not null
    """,
    "view that looks as its owner": """
        select c.relname as found from pg_class as c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm') and $1::text[] is not null
            and not coalesce(c.reloptions @> array['security_invoker=true'], false)
    """,
    "foreign key that does not lead with the tenant": """
        with of_tenant as (select attrelid, attnum from pg_attribute where attname = 'tenant_id' and not attisdropped)
        select c.conname as found from pg_constraint as c
        join of_tenant as here on here.attrelid = c.conrelid join of_tenant as there on there.attrelid = c.confrelid
        where c.contype = 'f' and (c.conkey[1] <> here.attnum or c.confkey[1] <> there.attnum)
            and $1::text[] is not null
    """,
}


async def tables(gateway: Gateway) -> list[str]:
    """Those of tenants, by the name of their column `tenant_id`."""
    return sorted(row["name"] for row in await rows(gateway, _TABLES) if row["of"] == "tenant_id")


async def judge(gateway: Gateway, findings: Findings) -> None:
    """All of it, counted."""
    findings.looked_at(UNWALLED, UNLISTED, ROUND)
    found = await rows(gateway, _TABLES)
    policies = await rows(gateway, _POLICIES)
    for table in found:
        if table["of"] is None:
            if table["name"] not in OF_NO_TENANT:
                findings.broke(UNLISTED, table["name"])
            continue
        findings.done["tables of tenants"] += 1
        its = [one for one in policies if one["table"] == table["name"]]
        for fault in _faults(table, its):
            findings.broke(UNWALLED, f"{table['name']}: {fault}")
    for gone in set(OF_NO_TENANT) - {table["name"] for table in found}:
        findings.broke(UNLISTED, f"{gone} stands on the list and is gone")
    for what, sql in _WAYS_ROUND.items():
        for row in await rows(gateway, sql, list(ROLES)):
            findings.broke(ROUND, f"{what}: {row['found']}")


def _faults(table: Mapping[str, Any], policies: list[Any]) -> list[str]:
    """What is wrong with a table's wall. Alarms and the audit have rows of no tenant, and are known by a number."""
    said = ["its row-level security is off, or not forced"] if not table["walled"] else []
    if table["of"] == "tenant_id":
        said += [f"the key {key} does not lead with the tenant" for key in table["keys"] if key not in SHARED_KEYS]
        said += [] if table["always"] else ["its tenant may be null"]
    right = POLICY.format(table["of"])
    own = [one for one in policies if f"{table['name']}.{one['name']}" not in OTHER_POLICIES]
    if not own:
        said.append("it has no policy")
    is_right: Callable[[Any], bool] = lambda one: (  # noqa: E731 - one expression, used at once
        one["rows"] == right and one["writes"] in {None, right}
    )
    said += [f"its policy {one['name']} says {one['rows']} and {one['writes']}" for one in own if not is_right(one)]
    return said
