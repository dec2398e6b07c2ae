"""One run: servers up, shops selling, faults as planned, rest, and the account of it all."""

from __future__ import annotations

import heapq
import itertools
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from django.db import connections

from connector.demo.remotes import Shop
from connector.lib import clock
from tests.chaos import faults
from tests.chaos.faults import Planned
from tests.chaos.person import Person
from tests.chaos.processes import WORKERS, Product
from tests.chaos.report import Log
from tests.chaos.servers import Broker, PostgreSQL

_LOOK_SECONDS = 4.0


@dataclass
class Stage:
    """Everything that the faults act on."""

    postgres: PostgreSQL
    broker: Broker
    product: Product
    xero: faults.Xero
    shops: list[Shop]
    person: Person
    log: Log
    folder: Path


class Run:
    """Plays the planned faults in the main thread, and lets each end when it is time."""

    def __init__(self, stage: Stage, plan: list[Planned], seconds: float) -> None:
        self._stage, self._plan, self._seconds = stage, plan, seconds
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._tie = itertools.count()
        self._started = 0.0
        self._backup: Path | None = None
        self._minute_limits = 0
        # A real shop has no port of ours, and no faults to arm.
        self._demo_shops = [shop for shop in stage.shops if shop.port]

    def play(self) -> None:
        """From the first fault to the end of the last; then everything runs and is calm."""
        self._started = time.monotonic()
        for one in self._plan:
            self._at(one.at, lambda one=one: self._strike(one))  # type: ignore[misc]
        look = _LOOK_SECONDS
        while look < self._seconds:
            self._at(look, self._look)
            look += _LOOK_SECONDS
        while self._due:
            at, _, act = heapq.heappop(self._due)
            time.sleep(max(0.0, self._started + at - time.monotonic()))
            act()
        time.sleep(max(0.0, self._started + self._seconds - time.monotonic()))
        self.calm()

    def calm(self) -> None:
        """Nothing fails any more, and everything runs."""
        stage = self._stage
        for kind, count in stage.xero.calm().items():
            stage.log.note("struck", kind, count=count)
            stage.log.counts["struck"][kind] = count
        for shop in self._demo_shops:
            faults.calm_shop(shop.url)
        for server in (stage.postgres, stage.broker):
            if not server.running:
                server.start()
        connections.close_all()
        stage.product.start()
        stage.log.note("run", "calm")

    def _at(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (seconds, next(self._tie), act))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._at(time.monotonic() - self._started + seconds, act)

    def _look(self) -> None:
        if self._stage.postgres.running and self._stage.product.parts["web"].running:
            self._stage.person.look()

    # --- faults ---------------------------------------------------------------------------

    def _strike(self, one: Planned) -> None:
        details = self._do(one.kind, one.draw)
        self._stage.log.note("fault", one.kind, **details)

    def _do(self, kind: str, draw: random.Random) -> dict[str, object]:
        if kind in faults.XERO_FAULTS:
            return {"armed": self._stage.xero.arm(kind, draw)}
        if kind in faults.SHOP_FAULTS:
            if not self._demo_shops:
                return {"skipped": True}
            shop = draw.choice(self._demo_shops)
            return {"shop": shop.slug, "armed": faults.spoil_shop(shop.url, kind, draw)}
        if kind == "minute limit":
            return self._limit_the_minute(draw)
        if kind == "day limit":
            self._stage.xero.use_up_the_day()
            return {}
        if kind == "backup":
            return self._make_backup()
        if kind == "restore":
            return self._restore()
        if kind.startswith(("broker", "postgres")):
            return self._server_fault(kind, draw)
        return self._process_fault(kind, draw)

    def _process_fault(self, kind: str, draw: random.Random) -> dict[str, object]:
        parts = self._stage.product.parts
        if kind == "worker's child killed":
            return {"had one": parts[draw.choice(WORKERS)].kill_a_child()}
        names = {
            "worker killed": WORKERS[:1], "second worker killed": WORKERS[1:],
            "web killed": ("web",), "beat killed": ("beat",), "all killed": tuple(parts),
        }[kind]  # fmt: skip
        wait = draw.uniform(0.2, 3.0)
        for name in names:
            parts[name].kill()
            self._later(wait, lambda name=name: self._start(name))  # type: ignore[misc]
        return {"seconds": round(wait, 1)}

    def _start(self, name: str) -> None:
        part = self._stage.product.parts[name]
        if not part.running:
            part.start()
            self._stage.log.note("restart", name)

    def _server_fault(self, kind: str, draw: random.Random) -> dict[str, object]:
        if kind == "broker flushed":
            if self._stage.broker.running:
                self._stage.broker.flush()
            return {}
        server: PostgreSQL | Broker = (
            self._stage.broker if kind.startswith("broker") else self._stage.postgres
        )
        how = {
            "broker stopped": signal.SIGTERM, "broker killed": signal.SIGKILL,
            "postgres restarted": signal.SIGINT, "postgres crashed": signal.SIGQUIT,
        }[kind]  # fmt: skip
        wait = draw.uniform(0.5, 5.0 if kind.startswith("broker") else 2.0)
        server.stop(how)
        connections.close_all()
        self._later(wait, lambda: self._start_server(server))
        return {"seconds": round(wait, 1)}

    def _start_server(self, server: PostgreSQL | Broker) -> None:
        if not server.running:
            server.start()
            self._stage.log.note("restart", type(server).__name__.lower())

    def _limit_the_minute(self, draw: random.Random) -> dict[str, object]:
        """Another tool uses the organisation too: fewer calls are left for us."""
        calls, seconds = draw.randint(2, 12), draw.uniform(3.0, 10.0)
        self._minute_limits += 1
        self._stage.xero.limit_the_minute(calls)
        self._later(seconds, self._end_minute_limit)
        return {"calls": calls, "seconds": round(seconds, 1)}

    def _end_minute_limit(self) -> None:
        self._minute_limits -= 1
        if not self._minute_limits:
            self._stage.xero.limit_the_minute(60)

    # --- backups --------------------------------------------------------------------------

    def _make_backup(self) -> dict[str, object]:
        file = self._stage.folder / "backup.dump"
        if not self._stage.postgres.running:
            self._stage.postgres.start()
        began = clock.now().isoformat(timespec="seconds")
        if not self._stage.postgres.dump(file):
            raise RuntimeError("the backup failed")
        self._backup = file
        return {"began": began}

    def _restore(self) -> dict[str, object]:
        """As docs/operations.md has it: stop everything, put the database back, start."""
        if self._backup is None:
            return {"skipped": True}
        stage = self._stage
        stage.product.kill()
        connections.close_all()
        if not stage.postgres.running:
            stage.postgres.start()
        stage.postgres.restore(self._backup)
        if not stage.broker.running:
            stage.broker.start()
        stage.product.start()
        return {}


def hook_url(web: str, slug: str) -> str:
    return f"{web}/hooks/{slug}/"


def wait_for(url: str, seconds: float = 60.0) -> None:
    """Until something answers there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            requests.get(url, timeout=5)
            return
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
