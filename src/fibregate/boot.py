"""What must hold of a database before it is served from: durable, migrated, and behind both walls.

`serve`, `web` and `work` refuse to start otherwise; `doctor` prints each. Reasons: `docs/reference/production.md`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from fibregate import migrate
from fibregate.db import APP_ROLE, WORK_ROLE, Row
from fibregate.sessions import connect

MOST_SKEW_SECONDS = 2.0
OLDEST = 160000

_FACTS = """
select
    current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as synchronous_commit,
    current_setting('full_page_writes') as full_page_writes,
    current_setting('data_checksums') as data_checksums,
    current_setting('server_version_num')::integer as version,
    clock_timestamp() as now,
    r.rolsuper or r.rolbypassrls as walks_through,
    current_user as who,
    exists (select 1 from pg_tables where schemaname = 'public' and tableowner = current_user) as owns,
    pg_has_role(current_user, $1, 'member') and pg_has_role(current_user, $2, 'member') as may_become
from pg_roles as r where r.rolname = current_user
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` says what to do where it is not well."""

    what: str
    well: bool
    found: str
    mend: str = ""


async def examine(dsn: str) -> list[Finding]:
    """Look at everything; raises what the driver raises where there is no database."""
    waiting = await migrate.pending(dsn)
    schema = Finding(
        "schema",
        not waiting,
        f"{len(waiting)} migrations to apply" if waiting else "current",
        "run `fibregate migrate`",
    )
    if waiting:
        return [schema]
    connection = await connect(dsn)
    try:
        before = datetime.now(UTC)
        facts = await connection.fetchrow(_FACTS, APP_ROLE, WORK_ROLE)
        skew = (facts["now"] - before).total_seconds()
    finally:
        await connection.close()
    return [schema, *_durability(facts), *_walls(facts), _clock(skew)]


def _durability(facts: Row) -> list[Finding]:
    return [
        Finding("version", facts["version"] >= OLDEST, str(facts["version"]), "use PostgreSQL 16 or newer"),
        *(
            Finding(name, facts[name] == "on", facts[name], f"set {name} = on in postgresql.conf")
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        ),
        Finding(
            "data_checksums", facts["data_checksums"] == "on", facts["data_checksums"], "enable them with pg_checksums"
        ),
    ]


def _walls(facts: Row) -> list[Finding]:
    through = " bypasses row-level security" if facts["walks_through"] else ""
    owns = " owns the tables" if facts["owns"] else ""
    return [
        Finding(
            "role",
            not through and not owns,
            f"{facts['who']}{through}{owns}",
            "connect as the runtime role that `fibregate migrate` made, not as the owner",
        ),
        Finding(
            "rights",
            facts["may_become"],
            "may serve" if facts["may_become"] else f"may not become {APP_ROLE} and {WORK_ROLE}",
            "run `fibregate migrate` to grant both to the runtime role",
        ),
    ]


def _clock(skew: float) -> Finding:
    return Finding(
        "clock",
        abs(skew) <= MOST_SKEW_SECONDS,
        f"database and this machine differ by {skew:+.3f} s",
        "keep both machines' clocks with NTP",
    )
