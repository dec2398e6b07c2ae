"""The product's processes as production runs them: each killed whole, or in part, and restarted."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from connector.processes import ports, programs, tether

_STOP_SECONDS = 20.0
WORKERS = ("worker-1", "worker-2")


def _children(pid: int) -> list[int]:
    """Ids of the children of a process; none where the system does not tell."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(one) for one in found]


class Process:
    """One program in a session of its own, so that a kill reaches its children too."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.starts = 0
        self._arguments, self._log, self._env = arguments, log, env or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Call it in the main thread, with which the process dies."""
        self.starts += 1
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                tether.command(self._arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self._env}, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """kill -9 of it and all its children."""
        if self._process is None:
            return
        children = _children(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for child in children:
            _end(child)
        self._process.wait()
        self._process = None

    def kill_a_child(self) -> bool:
        """kill -9 of one child, as the system does where memory is short; False without any."""
        children = _children(self._process.pid) if self._process is not None else []
        if children:
            _end(children[-1])
        return bool(children)

    def stop(self) -> None:
        """As a restart of the service: what is under way may end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Product:
    """Web, two workers and beat. `logs` is where each writes what it says."""

    def __init__(self, port: int, logs: Path) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        commands = {
            "web": programs.web("127.0.0.1", port),
            WORKERS[0]: [*programs.worker(concurrency=2), "--hostname", "one@%h"],
            WORKERS[1]: [*programs.worker(concurrency=1), "--hostname", "two@%h"],
            "beat": programs.beat(),
        }
        self.parts = {
            name: Process(name, command, log=logs / f"{name}.log")
            for name, command in commands.items()
        }

    def start(self) -> None:
        """Start whatever does not run, and wait for the web app."""
        for part in self.parts.values():
            if not part.running:
                part.start()
        self.wait_for_web()

    def wait_for_web(self, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not ports.listening(self.port):
            if time.monotonic() > deadline or not self.parts["web"].running:
                raise RuntimeError("the web app did not start; see its log")
            time.sleep(0.1)

    def kill(self) -> None:
        for part in self.parts.values():
            part.kill()

    def stop(self) -> None:
        for part in self.parts.values():
            part.stop()
