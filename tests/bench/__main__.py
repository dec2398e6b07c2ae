"""`python -m tests.bench [--quick] [--only NAME] [--json FILE]`: run, print, clean up."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from connector.processes import tether
from tests.bench import databases, report
from tests.bench.scenarios import SCENARIOS, Options, Scenario

_EXIT_SECONDS = 20.0


def main() -> int:
    arguments = _arguments()
    # As Ctrl-C: processes, databases and directories are cleaned up on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    server = databases.server()
    facts = report.machine() | {"postgresql": databases.version(server) if server else "none"}
    print(", ".join(f"{name} {value}" for name, value in facts.items()))  # noqa: T201
    found: dict[str, list[report.Row]] = {}
    for scenario in SCENARIOS:
        if arguments.only and scenario.name not in arguments.only:
            continue
        rows = [
            row for options in _variants(scenario, arguments, server)
            for row in _run(scenario, options, server)
        ]  # fmt: skip
        report.show(scenario.title, rows)
        found[scenario.name] = rows
    if arguments.json:
        report.write(arguments.json, facts, found)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, two minutes at most")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--only", action="append", choices=names, help="may be repeated")
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--workers", type=int, help="worker processes of the pipeline")
    return parser.parse_args()


def _variants(
    scenario: Scenario, arguments: argparse.Namespace, server: str | None
) -> Iterator[Options]:
    """Each database with each number of workers; quick: the largest number only."""
    wanted = [d for d in scenario.databases if arguments.database in (None, d)]
    workers = scenario.workers[-1:] if arguments.quick else scenario.workers
    if arguments.workers and len(scenario.workers) > 1:
        workers = (arguments.workers,)
    for database in wanted or scenario.databases:
        if database == "postgresql" and server is None:
            continue
        for count in workers:
            yield Options(quick=arguments.quick, database=database, workers=count)


def _run(scenario: Scenario, options: Options, server: str | None) -> list[report.Row]:
    """One variant in a process of its own; a row that says so if it fails."""
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        directory = Path(made)
        with _database(directory, options, server) as address:
            environment = os.environ | dict(scenario.environment) | {
                "DATA_DIR": made,
                "CELERY_BROKER_URL": "",  # the embedded one
                "DATABASE_URL": address,
                "DJANGO_SETTINGS_MODULE": "connector.settings",
                "CLOCK_SCALE": str(scenario.scale),
                "CLOCK_BASE": str(time.time()),
                "ALLOW_PRIVATE_HOSTS": "True",
            }  # fmt: skip
            given = json.dumps(
                {"quick": options.quick, "database": options.database, "workers": options.workers}
            )
            command = tether.command(
                [sys.executable, "-m", "tests.bench.child", scenario.name, given]
            )
            return _rows(command, environment, scenario)


def _database(directory: Path, options: Options, server: str | None) -> AbstractContextManager[str]:
    if options.database == "sqlite":
        return databases.sqlite(directory)
    assert server is not None
    return databases.postgresql(server)


def _rows(command: list[str], environment: dict[str, str], scenario: Scenario) -> list[report.Row]:
    with _child(command, environment) as process:
        try:
            output, _ = process.communicate(timeout=scenario.minutes * 60)
        except subprocess.TimeoutExpired:
            return [report.Row(f"given up after {scenario.minutes:g} minutes", 0, "")]
    if process.returncode:
        return [report.Row(f"failed with exit code {process.returncode}", 0, "")]
    return [report.Row(**row) for row in json.loads(output.splitlines()[-1])]


@contextmanager
def _child(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Its own process group, so that whatever it left behind is ended with it."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_EXIT_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


if __name__ == "__main__":
    sys.exit(main())
