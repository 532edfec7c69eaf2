"""The ground that all is measured on: one server, its tenants, premises and slots."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import asyncpg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from fibregate import calendars
from fibregate.db import Db
from fibregate.migrate import DATABASE, RUNTIME, prepare_embedded
from fibregate.postgres import Embedded
from fibregate.suppliers.network.books import actions as books
from fibregate.vocabulary import Nation

MILLION_DATABASE = "fibregate_million"
FIRST_UPRN = 100_000_000
AREAS = 50
CAPACITY = 5_000
SERVICE = "fttp"
CHARACTERISTICS = (
    {"name": "LINE_PROFILE", "values": ["55/55", "80/20", "100/100", "300/300", "550/550", "1000/1000"]},
    {"name": "AUTHENTICATION_AGENT", "values": ["PPPoEAgent", "DHCPRelayAgent"]},
)
ORDER_CHARACTERISTICS = (
    {"name": "END_USER_TYPE", "values": ["RESIDENTIAL", "BUSINESS"], "ignoreCase": True},
    {"name": "RETAILER_ID", "pattern": "[A-Za-z0-9_-]{1,20}", "text": "1 to 20 letters, digits, - and _"},
    {"name": "CARE_LEVEL", "values": ["STANDARD", "ENHANCED", "PREMIUM"], "ignoreCase": True},
)
ENOUGH_DAYS = 40
_MORNING = time(8)
_LINE_EVERY = 20
_CHUNK = 10_000
_ONT_PORTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is there to be measured on. `starts` are mornings that can be booked in every area."""

    server: Embedded
    tenants: tuple[str, ...]
    clients: tuple[tuple[str, str], ...]
    premises: int
    slots: int
    starts: tuple[datetime, ...]

    @property
    def runtime(self) -> str:
        return self.server.dsn(RUNTIME, DATABASE)

    @property
    def million(self) -> str:
        return self.server.dsn(RUNTIME, MILLION_DATABASE)

    @asynccontextmanager
    async def superuser(self, database: str = DATABASE) -> AsyncGenerator[Any]:
        """A connection that no wall stops."""
        connection: Any = await asyncpg.connect(self.server.superuser_dsn(database))
        try:
            yield connection
        finally:
            await connection.close()


def code_of(tenant: int) -> str:
    return f"BENCH{tenant:03d}"


async def prepare(server: Embedded, *, tenants: int, premises: int) -> Ground:
    """Migrated, with a network of that many premises, and tenants that take its traffic everywhere."""
    dsns = await prepare_embedded(server)
    ground = Ground(
        server=server,
        tenants=tuple(code_of(one) for one in range(1, tenants + 1)),
        clients=tuple((f"client_bench_{one}", f"secret-of-bench-{one}") for one in range(1, tenants + 1)),
        premises=premises,
        slots=0,
        starts=mornings(datetime.now(UTC).date()),
    )
    async with ground.superuser() as connection:
        await _network(connection)
        await _tenants(connection, ground.tenants)
        await copy_premises(connection, 0, premises)
    db = Db(dsns.runtime, size=1)
    slots = await books.open_books(db, calendars.uk_date(datetime.now(UTC)))
    await db.close()
    async with ground.superuser() as connection:
        await connection.execute("vacuum analyze")
    return Ground(
        server=server,
        tenants=ground.tenants,
        clients=ground.clients,
        premises=premises,
        slots=slots,
        starts=ground.starts,
    )


def mornings(today: date) -> tuple[datetime, ...]:
    first = calendars.add_working_days(today, 5, Nation.ENGLAND)
    days = (first + timedelta(days=one) for one in range(80))
    working = [one for one in days if calendars.is_working_day(one, Nation.ENGLAND)]
    return tuple(calendars.uk_instant(one, _MORNING) for one in working[:ENOUGH_DAYS])


async def _network(connection: Any) -> None:
    await connection.execute(
        "insert into areas (area, name, nation) select 'A' || n, 'Area ' || n, 'ENG' from generate_series(1, $1) as n",
        AREAS,
    )
    await connection.execute(
        "insert into service_specifications (service, name, order_characteristics) values ($1, 'FTTP', $2)",
        SERVICE,
        json.dumps(ORDER_CHARACTERISTICS),
    )
    await connection.execute(
        "insert into profiles (code, service, characteristics, ont_ports) values ('GPON', $1, $2, $3)",
        SERVICE,
        json.dumps(CHARACTERISTICS),
        _ONT_PORTS,
    )
    await connection.execute(
        "insert into slot_books (area, service, purpose, lead_days) select area, $1, 'PROVIDE', 2 from areas", SERVICE
    )
    await connection.execute(
        "insert into slot_patterns (book_id, classification, starts, ends, weekdays, capacity, standard) "
        "select book_id, c, s::time, e::time, '{1,2,3,4,5}', $1, true from slot_books, "
        "(values ('WEEKDAY_AM', '08:00', '13:00'), ('WEEKDAY_PM', '13:00', '18:00')) as v (c, s, e)",
        CAPACITY,
    )


async def _tenants(connection: Any, codes: tuple[str, ...]) -> None:
    await connection.execute("insert into tenants (code) select unnest($1::text[])", list(codes))
    numbers = await connection.fetch("select tenant_no from tenants order by 1")
    if [row["tenant_no"] for row in numbers] != list(range(1, len(codes) + 1)):
        raise AssertionError("a fresh database counts its tenants from 1")
    await connection.execute(
        "insert into handovers (tenant_id, area, enni_id, site_name, site_location, outer_vlan) "
        "select tenant_no, area, 'ENNI-' || tenant_no, 'Exchange', 'Row 1', 100 + tenant_no from tenants, areas"
    )


async def copy_premises(connection: Any, first: int, last: int, progress: Progress | None = None) -> None:
    """Premises number `first` up to `last`, and a line at one in twenty of them."""
    task = progress.add_task("premises", total=last - first) if progress else None

    async def chunks() -> AsyncIterator[bytes]:
        for begin in range(first, last, _CHUNK):
            end = min(begin + _CHUNK, last)
            yield "".join(_premises(begin, end)).encode()
            if progress and task is not None:
                progress.advance(task, end - begin)

    columns = ("uprn", "area", "profile_id", "readiness", "installation_type", "unlimited_lines", "address")
    await connection.copy_to_table("premises", source=chunks(), columns=columns)
    await _copy_lines(connection, first, last)


def _premises(first: int, last: int) -> Iterator[str]:
    for one in range(first, last):
        address = (
            f'{{"streetNumber": "{one % 180 + 1}", "streetName": "Alder Street", "locality": "Ward {one % 97}", '
            f'"city": "Fenbridge", "postcode": "FE{one % 9 + 1} {one % 9 + 1}AB", "country": "UK"}}'
        )
        yield f"{FIRST_UPRN + one}\tA{one % AREAS + 1}\t1\tREADY\tSTANDARD\tt\t{address}\n"


async def _copy_lines(connection: Any, first: int, last: int) -> None:
    with_line = range(first + -first % _LINE_EVERY, last, _LINE_EVERY)
    onts = [
        (f"ONT{one:010d}", FIRST_UPRN + one, f"LN{one:010d}", f"SN{one:08d}", "Fenwick Optical") for one in with_line
    ]
    ports = [(f"ONT{one:010d}", port, "FREE") for one in with_line for port in range(1, _ONT_PORTS + 1)]
    names = ("ont_reference", "uprn", "line_id", "serial_number", "manufacturer")
    await connection.copy_records_to_table("onts", records=onts, columns=names)
    await connection.copy_records_to_table(
        "ont_ports", records=ports, columns=("ont_reference", "port_number", "status")
    )


async def prepare_million(ground: Ground, premises: int) -> None:
    """A copy of the database, filled up to so many premises."""
    async with ground.superuser("postgres") as connection:
        await connection.execute(f"create database {MILLION_DATABASE} template {DATABASE} strategy file_copy")
    with bar() as progress:
        async with ground.superuser(MILLION_DATABASE) as connection:
            await copy_premises(connection, ground.premises, premises, progress)
            await connection.execute("vacuum analyze")


def bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        transient=False,
    )


async def add_clients(ground: Ground, hashes: list[bytes]) -> None:
    """A client for each tenant, whose secret has that keyed hash."""
    async with ground.superuser() as connection:
        for number, ((client, _), kept) in enumerate(zip(ground.clients, hashes, strict=True), 1):
            await connection.execute(
                "insert into clients (client_id, for_tenant, scopes) values ($1, $2, '{gateway,manage}')",
                client,
                number,
            )
            await connection.execute(
                "insert into client_secrets (client_id, place, secret_hash) values ($1, 1, $2)", client, kept
            )
