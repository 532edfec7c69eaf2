"""What the turns of delivering share, and what they found."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bench.delivery import stock
from bench.delivery.claims import Claims
from bench.delivery.receiver import Receiver
from bench.delivery.sides import PEERS_DATABASE, Gateway, PgQueuer, Procrastinate, Side, mark
from bench.rounds import Bench
from bench.service import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much of everything; `--quick` and the tests have less."""

    orders: int = 400
    each: int = 20
    steady_rate: float = 200
    steady_seconds: float = 5
    steady_orders: int = 400
    quiet_rate: float = 50
    quiet_seconds: float = 18
    backlog: int = 50_000
    blocked: int = 10_000
    claim_tries: int = 100

    @classmethod
    def small(cls, backlog: int) -> "Sizes":
        """The same with a smaller backlog, and everything else as much smaller, down to a bound; slower, too."""
        usual = cls()
        share = min(1.0, backlog / usual.backlog)
        return cls(
            orders=max(20, round(usual.orders * share)),
            steady_rate=usual.steady_rate * max(0.25, share),
            steady_seconds=max(1.0, usual.steady_seconds * share),
            quiet_seconds=max(1.0, usual.quiet_seconds * share),
            backlog=max(4000, backlog),
            blocked=max(100, round(usual.blocked * share)),
            claim_tries=20,
        )


@dataclass(slots=True)
class Drained:
    """Turns in which a stock was delivered: how many a second, and what the worker's CPU was for each, in seconds."""

    per_second: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    delivered: int = 0
    twice: int = 0


@dataclass(slots=True)
class Waited:
    """Turns at a steady rate: from the commit to the arrival at the receiver, in seconds."""

    p50: list[float] = field(default_factory=list[float])
    p99: list[float] = field(default_factory=list[float])
    late: int = 0
    delivered: int = 0
    twice: int = 0


@dataclass(slots=True, kw_only=True)
class Deliveries:
    """What the turns of delivering share, and what they found."""

    bench: Bench
    receiver: Receiver
    sizes: Sizes
    gateway: Gateway
    peers: Sequence[Side]
    drained: dict[str, Drained] = field(default_factory=dict[str, Drained])
    waited: dict[str, Waited] = field(default_factory=dict[str, Waited])
    claimed: Claims = field(default_factory=Claims)

    @property
    def sides(self) -> list[Side]:
        return [self.gateway, *self.peers]

    def first(self) -> int:
        return self.bench.numbers.next()


@asynccontextmanager
async def delivering(bench: Bench, web: Process, sizes: Sizes) -> AsyncGenerator[Deliveries]:
    """A receiver, an endpoint at it for every tenant, and the peers' own database on the same server."""
    ground = bench.ground
    with ExitStack() as parts:
        receiver = Receiver(bench.folder / "receiver.log")
        parts.callback(receiver.stop)
        for tenant, token in zip(ground.tenants, bench.tokens, strict=True):
            stock.subscribe(web.url, token=token, tenant=tenant, url=receiver.url)
        async with ground.superuser("postgres") as connection:
            await connection.execute(f"create database {PEERS_DATABASE}")
        dsn = ground.server.superuser_dsn(PEERS_DATABASE)
        peers = [
            PgQueuer(dsn=dsn, url=receiver.url, log=bench.folder / "pgqueuer.log"),
            Procrastinate(dsn=dsn, url=receiver.url, log=bench.folder / "procrastinate.log"),
        ]
        for peer in peers:
            await peer.prepare()
        async with ground.superuser(PEERS_DATABASE) as connection:
            await mark(connection)
        gateway = Gateway(
            dsn=ground.runtime,
            superuser=ground.superuser,
            log=bench.folder / "work.log",
            tenants=range(1, len(ground.tenants) + 1),
        )
        yield Deliveries(bench=bench, receiver=receiver, sizes=sizes, gateway=gateway, peers=peers)
