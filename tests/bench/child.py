"""One scenario in a process of its own: `python -m tests.bench.child NAME OPTIONS`.

The stand-in's address must be in the environment before the settings are read, so it is
started here, and the scenario's module is imported after that.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import import_module

from tests.bench import processes
from tests.bench.report import Row
from tests.bench.scenarios import SCENARIOS, Options, Scenario


def main(name: str, given: str) -> None:
    # An exception, so that every context manager cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
    with _stand_in(scenario, Options(**json.loads(given))) as options:
        import django
        from django.core.management import call_command

        django.setup()
        # Rings that no worker hears are meant where a scenario works in its own process.
        logging.disable(logging.WARNING)
        call_command("migrate", verbosity=0)
        rows: list[Row] = import_module(f"tests.bench.{name}").measure(options)
    print(json.dumps([asdict(row) for row in rows]))  # noqa: T201 - what the parent reads


@contextmanager
def _stand_in(scenario: Scenario, options: Options) -> Iterator[Options]:
    if not scenario.organisations:
        yield options
        return
    # Beside the two demo companies, one of which is British.
    further = str(scenario.organisations - 1)
    with processes.running(
        "sandbox.xero", "--auto-consent", "--seed-orgs", further, *scenario.stand_in
    ) as process:
        url = processes.address(process)
        for service in ("LOGIN", "IDENTITY", "API"):
            os.environ[f"XERO_{service}_URL"] = url
        yield replace(options, xero=url, xero_pid=process.pid)


if __name__ == "__main__":
    main(*sys.argv[1:])
