"""The supervisor, in processes of its own: they are killed, raced and left unburied."""

import asyncio
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from fibregate.postgres import Embedded, PostgresFailed, attach
from fibregate.postgres.processes import live_in, server_user

SMALL = {"shared_buffers": "16MB"}
PR_SET_CHILD_SUBREAPER = 36

# Serves the folder until its input ends, and tells how many rows of `kept` there are; each life adds one.
SERVE = """
import asyncio, sys, asyncpg
from pathlib import Path
from fibregate.postgres import Embedded, PostgresFailed

async def rows(dsn):
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table if not exists kept (id int)")
    await connection.execute("insert into kept values (1)")
    count = await connection.fetchval("select count(*) from kept")
    await connection.close()
    return count

try:
    with Embedded(Path(sys.argv[1]), options={"shared_buffers": "16MB"}) as server:
        print("rows", asyncio.run(rows(server.superuser_dsn())), server._server.pid, flush=True)
        sys.stdin.read()
except PostgresFailed as error:
    print("failed", error, flush=True)
"""


class Life:
    """One process that serves a folder."""

    def __init__(self, data: Path, **how: Any) -> None:
        command = [*how.pop("program", [sys.executable]), "-c", SERVE, str(data)]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, **streams, **how)

    def says(self) -> list[str]:
        assert self.process.stdout
        return self.process.stdout.readline().split(maxsplit=2)

    def rows(self) -> int:
        said = self.says()
        assert said[:1] == ["rows"], said
        self.postmaster = int(said[2])
        return int(said[1])

    def end(self) -> None:
        if self.process.stdin and self.process.stdout:
            self.process.stdin.close()
            self.process.wait(30)
            self.process.stdout.close()


Lives = Callable[..., Life]


@pytest.fixture
def lives() -> Iterator[Lives]:
    begun: list[Life] = []

    def begin(data: Path, **how: Any) -> Life:
        begun.append(Life(data, **how))
        return begun[-1]

    yield begin
    for life in begun:
        life.process.kill()
        life.end()


@pytest.fixture
def unburied() -> Iterator[None]:
    """The dead of our children's children come to us, and we do not look: as in a container without an init."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def bury(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def eventually(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def ask(dsn: str, sql: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_cluster_is_made_once_and_kept(tmp_path: Path) -> None:
    for lives in (1, 2):
        with Embedded(tmp_path / "data", options=SMALL) as server:
            dsn = server.superuser_dsn()
            await ask(dsn, "create table if not exists kept (id int)")
            await ask(dsn, "insert into kept values (1)")
            assert await ask(dsn, "select count(*) from kept") == lives
    assert not attach(tmp_path / "data")


async def test_the_cluster_is_safe_and_private(tmp_path: Path) -> None:
    modes = [folder.stat().st_mode for folder in tmp_path.parents]
    with Embedded(tmp_path / "data", options=SMALL) as server:
        wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on"}
        wanted |= {"listen_addresses": "", "TimeZone": "UTC", "max_connections": "100", "server_encoding": "UTF8"}
        wanted |= {"idle_in_transaction_session_timeout": "30s", "shared_buffers": "16MB"}
        for name, value in wanted.items():
            assert await ask(server.superuser_dsn(), f"show {name}") == value
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(urlsplit(server.superuser_dsn())._replace(netloc="postgres:wrong@").geturl(), "select 1")
        assert (tmp_path / "data" / "postgres").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "data" / "postgres.password").stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode for folder in tmp_path.parents] == modes


def test_start_and_stop_may_be_said_twice(tmp_path: Path) -> None:
    server = Embedded(tmp_path / "data", options=SMALL)
    server.stop()
    server.start()
    server.start()
    server.stop()
    server.stop()


@pytest.mark.usefixtures("unburied")
@pytest.mark.parametrize("everything", [False, True], ids=["parent killed", "everything killed"])
def test_a_kill_loses_nothing_also_where_nobody_reaps(tmp_path: Path, lives: Lives, *, everything: bool) -> None:
    first = lives(tmp_path / "data")
    assert first.rows() == 1
    if everything:
        os.kill(first.postmaster, signal.SIGSTOP)
    first.process.kill()
    if everything:
        os.kill(first.postmaster, signal.SIGKILL)
    first.process.wait()
    eventually(lambda: state(first.postmaster) == "Z")
    second = lives(tmp_path / "data")
    assert second.rows() == 2
    second.end()
    bury(first.postmaster)


def test_a_server_that_hangs_is_ended_before_the_next_starts(tmp_path: Path, lives: Lives) -> None:
    first = lives(tmp_path / "data")
    assert first.rows() == 1
    os.kill(first.postmaster, signal.SIGSTOP)
    first.process.kill()
    assert lives(tmp_path / "data").rows() == 2
    assert first.postmaster not in live_in(tmp_path / "data" / "postgres", server_user(tmp_path, "nobody"))


def test_of_five_starts_at_once_one_runs_and_four_say_who_is_in_the_way(tmp_path: Path, lives: Lives) -> None:
    five = [lives(tmp_path / "data") for _ in range(5)]
    said = [life.says() for life in five]
    assert sorted(words[0] for words in said) == ["failed"] * 4 + ["rows"]
    winner = five[[words[0] for words in said].index("rows")].process.pid
    refused = [" ".join(words) for words in said if words[0] == "failed"]
    assert all(f"in use by another Fibregate (process {winner})" in text for text in refused)


async def test_a_path_too_long_for_a_socket_is_served(tmp_path: Path) -> None:
    data = tmp_path / ("d" * 60) / ("e" * 60)
    assert len(str(data / "postgres")) > 107
    with Embedded(data, options=SMALL) as server:
        assert await ask(server.superuser_dsn(), "select 1") == 1


async def test_a_server_that_dies_alone_is_started_again(tmp_path: Path) -> None:
    with Embedded(tmp_path / "data", options=SMALL) as server:
        watch = asyncio.create_task(server.watch(0.02))
        for _ in range(2):
            assert server._server
            os.kill(server._server.pid, signal.SIGKILL)
            async with asyncio.timeout(30):
                while not await answers(server):
                    await asyncio.sleep(0.05)
        watch.cancel()


async def answers(server: Embedded) -> bool:
    try:
        return await ask(server.superuser_dsn(), "select true")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


def test_interrupting_the_terminal_does_not_reach_the_server(tmp_path: Path) -> None:
    with Embedded(tmp_path / "data", options=SMALL) as server:
        assert server._server
        assert os.getsid(server._server.pid) != os.getsid(0)


def test_a_cluster_of_another_major_version_is_refused(tmp_path: Path) -> None:
    with Embedded(tmp_path / "data", options=SMALL):
        pass
    (tmp_path / "data" / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresFailed, match="was made by PostgreSQL 12"):
        Embedded(tmp_path / "data").start()


def test_a_half_made_cluster_is_thrown_away(tmp_path: Path) -> None:
    half = tmp_path / "data" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with Embedded(tmp_path / "data", options=SMALL):
        assert not half.exists()


def test_a_setting_that_is_wrong_is_shown(tmp_path: Path) -> None:
    server = Embedded(tmp_path / "data", options={"shared_buffers": "lots"})
    with pytest.raises(PostgresFailed, match='invalid value for parameter "shared_buffers"'):
        server.start()
    assert not attach(tmp_path / "data")


async def test_a_command_attaches_to_a_server_that_another_process_runs(tmp_path: Path, lives: Lives) -> None:
    assert attach(tmp_path / "data") is None
    life = lives(tmp_path / "data")
    life.rows()
    attached = attach(tmp_path / "data")
    assert attached
    assert await ask(attached.superuser_dsn(), "select count(*) from kept") == 1
    life.end()
    assert attach(tmp_path / "data") is None


def an_ordinary_user_with_python() -> tuple[pwd.struct_passwd, dict[str, Any]]:
    """A user who can run our interpreter, or the system's with our packages; a clone below /root is reached by none."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become an ordinary user")
    user = pwd.getpwnam("daemon")
    path = os.pathsep.join(entry for entry in sys.path if entry)
    for program in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        how: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}
        how["env"] = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            code = subprocess.call([program, "-c", "import asyncpg, fibregate.postgres"], **how)
        except OSError:
            continue
        if code == 0:
            return user, {**how, "program": [program]}
    pytest.skip("no ordinary user can reach this interpreter and this clone")


def test_an_ordinary_user_serves_from_a_private_home(lives: Lives, tmp_path_factory: pytest.TempPathFactory) -> None:
    user, how = an_ordinary_user_with_python()
    home = Path("/var/tmp") / f"fibregate-home-{tmp_path_factory.getbasetemp().name}-{os.getpid()}"  # noqa: S108 - pytest's own are root's
    home.mkdir(mode=0o700)
    try:
        os.chown(home, user.pw_uid, user.pw_gid)
        for count in (1, 2):
            life = lives(home / "data", **how)
            assert life.rows() == count
            assert Path(f"/proc/{life.postmaster}").stat().st_uid == user.pw_uid
            life.end()
        # And root, coming later, serves it as the user whose it is.
        by_root = lives(home / "data")
        assert by_root.rows() == 3
        assert Path(f"/proc/{by_root.postmaster}").stat().st_uid == user.pw_uid
        by_root.end()
    finally:
        shutil.rmtree(home)


def test_root_without_the_right_to_trace_still_sees_who_lives_in_a_cluster(tmp_path: Path, lives: Lives) -> None:
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or not setpriv:
        pytest.skip("needs root and setpriv, to give a right up")
    life = lives(tmp_path / "data")
    life.rows()
    look = "import sys; from pathlib import Path; from fibregate.postgres.processes import *; p = Path(sys.argv[1]);"
    look += "print(live_in(p, server_user(p, 'nobody')))"
    weaker = [setpriv, "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    command = [*weaker, sys.executable, "-c", look, str(tmp_path / "data" / "postgres")]
    seen = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert str(life.postmaster) in seen
