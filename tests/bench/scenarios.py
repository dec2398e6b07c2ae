"""What is measured, and what each measurement needs around it. No Django here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """`tests.bench.<name>` has `measure(options)`; it runs once for each of its variants.

    `organisations` 0: no stand-in Xero is needed. `scale` is how many seconds of the product
    and of the stand-in pass in one of the wall. `minutes` is when it is given up.
    """

    name: str
    title: str
    organisations: int = 0
    stand_in: tuple[str, ...] = ()
    scale: float = 1
    databases: tuple[str, ...] = ("sqlite",)
    workers: tuple[int, ...] = (1,)
    environment: tuple[tuple[str, str], ...] = ()
    minutes: float = 5


@dataclass(frozen=True, slots=True)
class Options:
    """One variant of a scenario. `xero` is the stand-in's address."""

    quick: bool = False
    database: str = "sqlite"
    workers: int = 1
    xero: str = ""
    xero_pid: int = 0

    def pick(self, full: int, quick: int) -> int:
        return quick if self.quick else full


_CORE = ("--per-minute", "60", "--concurrent", "5", "--per-day", "5000")

SCENARIOS = (
    Scenario("building", "Pure build of a three-line order, one core"),
    Scenario(
        "pipeline", "Ingested to posted, 20 organisations, clock × 4",
        organisations=20, stand_in=_CORE, scale=4, databases=("sqlite", "postgresql"),
        workers=(1, 2),
    ),
    Scenario(
        "memory", "Memory by number of orders, clock × 60",
        organisations=1, stand_in=_CORE, scale=60, minutes=9,
    ),
    Scenario(
        "calls", "Calls to Xero, shop to posted in one process, clock × 60",
        organisations=1, stand_in=("--per-minute", "60", "--concurrent", "5", "--per-day", "1000"),
        scale=60, minutes=6,
    ),
    Scenario(
        "latency", "Ingest to posted invoice on an idle system, calls of 300 ms",
        organisations=1, stand_in=("--latency-ms", "300", "--per-minute", "0", "--per-day", "0"),
        # An idle system does not come near the minute's limit; twenty orders in a row do.
        environment=(("XERO_CALLS_PER_MINUTE", "600"),),
    ),
    Scenario(
        "hook", "Shop's hook to posted invoice on an idle system, calls of 300 ms",
        organisations=1, stand_in=("--latency-ms", "300", "--per-minute", "0", "--per-day", "0"),
        environment=(("XERO_CALLS_PER_MINUTE", "600"),),
    ),
    Scenario("hooks", "200 hooks a second, with the worker that works them off"),
    Scenario(
        "reconciling", "A store reconciled from stored answers",
        databases=("postgresql", "sqlite"), minutes=9,
    ),
)  # fmt: skip
