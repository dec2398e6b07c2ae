"""A PostgreSQL and a Valkey (or Redis) of one's own, in a temporary folder, gone afterwards."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from connector.processes import tether
from connector.processes.ports import free_port, listening

_USER = "connector"
_DATABASE = "connector"
_STOP_SECONDS = 60.0
_START_SECONDS = 60.0
# initdb and postgres refuse root; this user comes with the server's package.
_SERVERS_USER = "postgres"


class Missing(Exception):
    """A program that chaos needs is not on this machine."""


def program(*names: str) -> str:
    """The full path of the first of these programs that is here. Raises Missing."""
    for name in names:
        # Where Debian keeps the servers, of the newest version: all of one version.
        if beside := glob.glob(f"/usr/lib/postgresql/*/bin/{name}"):
            return max(beside, key=lambda path: [int(n) for n in path.split("/") if n.isdigit()])
        if found := shutil.which(name):
            return found
    raise Missing(f"{' or '.join(names)} is not installed here")


class Server:
    """A server program that can be stopped in several ways and started again."""

    def __init__(self, name: str, directory: Path) -> None:
        self.port = free_port()
        self.directory = directory
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it in the main thread, with which it dies, and wait until it listens."""
        with (self.directory / f"{self._name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._name} did not start: {self._last_words()}")
            time.sleep(0.05)

    def ready(self) -> bool:
        return listening(self.port)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal and wait; harmless where it does not run."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _last_words(self) -> str:
        return (self.directory / f"{self._name}.log").read_text(errors="replace")[-800:]


class PostgreSQL(Server):
    """A cluster made for this run. SIGINT stops it fast, SIGQUIT immediately, as a crash does."""

    def __init__(self) -> None:
        self._postgres, self._initdb = program("postgres"), program("initdb")
        self._dump, self._restore = program("pg_dump"), program("pg_restore")
        self._psql = program("psql")
        self._as_other = os.getuid() == 0
        directory = Path(tempfile.mkdtemp(prefix="chaos-postgres-"))
        super().__init__("postgres", directory)
        if self._as_other:
            account = pwd.getpwnam(_SERVERS_USER)
            os.chown(directory, account.pw_uid, account.pw_gid)
        self._run(self._initdb, "-D", "cluster", "-A", "trust", "-U", _USER, "--no-sync",
                  "--encoding", "UTF8", "--locale", "C.UTF-8", other=self._as_other)  # fmt: skip

    @property
    def url(self) -> str:
        return f"postgres://{_USER}@127.0.0.1:{self.port}/{_DATABASE}"

    def command(self) -> list[str]:
        arguments = [
            self._postgres, "-D", str(self.directory / "cluster"), "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.directory}",
            # A killed server loses nothing that the system has; only a power cut would.
            "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=60",
        ]  # fmt: skip
        if not self._as_other:
            return tether.command(arguments)
        # Changing the user would undo what `tether` asks the kernel for.
        group = str(pwd.getpwnam(_SERVERS_USER).pw_gid)
        return [program("setpriv"), "--reuid", _SERVERS_USER, "--regid", group, "--clear-groups",
                "--pdeathsig", "KILL", *arguments]  # fmt: skip

    def ready(self) -> bool:
        return listening(self.port) and self._ask("postgres", "SELECT 1").returncode == 0

    def make_database(self) -> None:
        """An empty database, in the place of the one that may be there."""
        for statement in (
            f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)", f"CREATE DATABASE {_DATABASE}",
        ):  # fmt: skip
            done = self._ask("postgres", statement)
            if done.returncode:
                raise RuntimeError(done.stderr.decode())

    def dump(self, file: Path) -> bool:
        """Back the database up, as docs/operations.md says; False where the server went away."""
        done = self._client(self._dump, "--format", "custom", "--file", str(file), _DATABASE)
        return done.returncode == 0

    def restore(self, file: Path) -> None:
        """Put a backup in the place of the database."""
        self.make_database()
        done = self._client(self._restore, "--dbname", _DATABASE, "--no-owner", str(file))
        if done.returncode:
            raise RuntimeError(done.stderr.decode())

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _ask(self, database: str, statement: str) -> subprocess.CompletedProcess[bytes]:
        return self._client(self._psql, "-X", "-q", "-d", database, "-c", statement)

    def _client(self, name: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", _USER)
        return subprocess.run([name, *where, *arguments], capture_output=True, check=False)

    def _run(self, *command: str, other: bool) -> None:
        user = {"user": _SERVERS_USER, "group": _SERVERS_USER, "extra_groups": ()} if other else {}
        done = subprocess.run(
            command, cwd=self.directory, capture_output=True, check=False, **user,  # type: ignore[call-overload]
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


class Broker(Server):
    """Valkey or Redis, as a doorbell: nothing in it survives."""

    def __init__(self, directory: Path) -> None:
        self._program = program("valkey-server", "redis-server")
        super().__init__("broker", directory)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return tether.command([
            self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no",
        ])  # fmt: skip

    def flush(self) -> None:
        """Forget every message."""
        import redis

        with redis.Redis(port=self.port, socket_timeout=5) as client:
            client.flushall()


def needed(names: Sequence[Sequence[str]] = (("postgres",), ("initdb",), ("psql",), ("pg_dump",),
           ("pg_restore",), ("valkey-server", "redis-server"))) -> str:  # fmt: skip
    """Why chaos cannot run on this machine; empty where it can."""
    try:
        for alternatives in names:
            program(*alternatives)
        if os.getuid() == 0:
            program("setpriv")
            pwd.getpwnam(_SERVERS_USER)
    except Missing as missing:
        return f"{missing}."
    except KeyError:
        return f"There is no user {_SERVERS_USER} to run PostgreSQL as."
    return ""
