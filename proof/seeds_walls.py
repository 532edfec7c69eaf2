"""The bugs that T11 and T12 must catch."""

from typing import Final

from proof.seeds import Bug, Change

_NO_PREDICATE: Final = Change(
    "appointments/store.py",
    "from reservations as r {JOINS} where r.tenant_id = $1 and r.id = $2",
    "from reservations as r {JOINS} where $1::integer is not null and r.id = $2",
)
_NO_ROW_SECURITY: Final = Change(
    "migrations/0003_orders.sql",
    "        'reservations', 'orders', 'order_dates', 'kcis', 'feed_heads', 'feed', 'endpoints', 'deliveries',\n",
    "        'orders', 'order_dates', 'kcis', 'feed_heads', 'feed', 'endpoints', 'deliveries',\n",
)
_FIRST: Final = "what got through the first wall alone: statements that name the tenant"
_SECOND: Final = "what got through the second wall alone: row-level security"
_PASSED: Final = "requests of a tenant's that passed as another, revoked, or without the scope"
_CANARIES: Final = "canaries of a tenant found at another's, in a webhook, a log or metrics"
_ALIKE: Final = "foreign things that are answered otherwise than absent ones"
_LEAKS: Final = (
    *(_PASSED, _CANARIES, _ALIKE),
    "rows of a tenant that another's requests changed",
)
_ENDPOINTS: Final = "kcis/endpoints/actions.py"
_UNKNOWN: Final = """\
    if row is None:
        raise unknown(endpoint)
    return _endpoint(row)
"""
_STORM_ALONE: Final = {"statements": 6}
_NO_STORM: Final = {"cuts": 20, "calm": 4}

BUGS: Final[tuple[Bug, ...]] = (
    Bug(
        name="a statement that does not name the tenant: leaks nothing, for the other wall stands, and is found",
        proof="T11",
        breaks=(_FIRST,),
        spares=_LEAKS,
        changes=(_NO_PREDICATE,),
        figures={"first": 1},
    ),
    Bug(
        name="a table without row-level security: leaks nothing, for the other wall stands, and is found",
        proof="T11",
        breaks=(_SECOND,),
        spares=_LEAKS,
        changes=(_NO_ROW_SECURITY,),
        figures={"second": 1},
    ),
    Bug(
        name="both of them: a tenant reads another's appointments",
        proof="T11",
        breaks=(_PASSED,),
        changes=(_NO_PREDICATE, _NO_ROW_SECURITY),
    ),
    Bug(
        name="a refusal that knows whether somebody else has the thing",
        proof="T11",
        breaks=(_ALIKE,),
        spares=(_PASSED, _CANARIES),
        changes=(
            Change(
                _ENDPOINTS,
                _UNKNOWN,
                """\
    if row is None:
        if await secrets.public_keys(on, endpoint):
            raise Unknown("id: this endpoint is another tenant's")
        raise unknown(endpoint)
    return _endpoint(row)
""",
            ),
        ),
    ),
    Bug(
        name="a refusal that takes longer when somebody else has the thing",
        proof="T11",
        breaks=("foreign things that take another time than absent ones, by more than 1 ms at the median",),
        spares=(_PASSED, _CANARIES, _ALIKE),
        changes=(
            Change(
                _ENDPOINTS,
                _UNKNOWN,
                """\
    if row is None:
        for _ in range(200 * len(await secrets.public_keys(on, endpoint))):
            await store.find(on, tenant, endpoint)
        raise unknown(endpoint)
    return _endpoint(row)
""",
            ),
        ),
        figures={"pairs": 20},
    ),
    Bug(
        name="a log that has what was sent",
        proof="T11",
        breaks=(_CANARIES,),
        changes=(
            Change(
                "web/endpoint.py",
                "            call = await self._call(scope, head, raw, segments)\n",
                "            call = await self._call(scope, head, raw, segments)\n"
                '            _bugs.warning("read", body=raw.decode())\n',
            ),
        ),
    ),
    Bug(
        name="a connection remembers its tenant before the server is told: what is cut off in between leaves it wrong",
        proof="T12",
        breaks=("connections that remembered another tenant than the server",),
        changes=(
            Change(
                "db.py",
                """\
            slot.tenant = None
            await (await slot.statement(_SET_TENANT)).fetchval(str(tenant))
            slot.tenant = tenant
""",
                """\
            slot.tenant = tenant
            await slot.connection.fetchval("select true")
            await (await slot.statement(_SET_TENANT)).fetchval(str(tenant))
""",
            ),
        ),
        figures=_STORM_ALONE,
    ),
    Bug(
        name="a connection whose transaction was cut off serves on",
        proof="T12",
        breaks=("connections left in an open transaction",),
        changes=(
            Change(
                "db.py",
                """\
                # A BEGIN or COMMIT that was cut off may still come about: nobody else may be served on this connection.
                slot.drop()
                raise
""",
                "                raise\n",
            ),
            Change("db.py", "held.is_closed() or held.is_in_transaction())", "held.is_closed())"),
        ),
        figures=_STORM_ALONE,
    ),
    Bug(
        name="a table of tenants without row-level security",
        proof="T12",
        breaks=("tables of a tenant without the whole of their wall",),
        changes=(
            Change(
                "migrations/0003_orders.sql",
                "'delivery_attempts', 'supplier_updates', 'work_orders', 'story_runs', 'handovers', 'services'\n",
                "'delivery_attempts', 'supplier_updates', 'story_runs', 'handovers', 'services'\n",
            ),
        ),
        figures=_NO_STORM,
    ),
    Bug(
        name="a policy that lets the worker see all tenants",
        proof="T12",
        breaks=("rows of another tenant seen or changed by SQL",),
        changes=(
            Change(
                "migrations/0005_watch.sql",
                """\
create policy one_tenant on order_waits
using (tenant_id = nullif(current_setting('fg.tenant', true), '')::integer);
""",
                """\
create policy one_tenant on order_waits
using (tenant_id = nullif(current_setting('fg.tenant', true), '')::integer or current_user = 'fibregate_work');
""",
            ),
        ),
        figures=_NO_STORM,
    ),
    Bug(
        name="a view that looks at all tenants' rows as its owner",
        proof="T12",
        breaks=("findings of pgrls, and tables that it cannot prove to be isolated",),
        changes=(
            Change(
                "migrations/0005_watch.sql",
                "alter table order_waits force row level security;\n",
                """\
alter table order_waits force row level security;
create view waiting as select tenant_id, order_key, due_at from order_waits;
grant select on waiting to fibregate_app, fibregate_work;
""",
            ),
        ),
        figures={**_NO_STORM, "opinion": True},
    ),
)
