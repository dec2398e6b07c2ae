"""The stand-in Xero as a process: `python -m sandbox.xero --port 9090`.

Prints `ready http://127.0.0.1:PORT` when it answers, and nothing else.
"""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading

from sandbox.xero.server import StandIn


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.xero", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--state", help="an SQLite file that keeps the ledger")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--seed-orgs", type=int, default=0, help="further organisations")
    parser.add_argument("--countries", default="", help="new organisations: NZ,US,IE")
    parser.add_argument("--auto-consent", action="store_true", help="no consent page")
    parser.add_argument("--per-minute", type=int, default=60, help="0: no limit")
    parser.add_argument("--per-day", type=int, default=1000, help="0: no limit")
    parser.add_argument("--concurrent", type=int, default=5, help="0: no limit")
    parser.add_argument(
        "--die-with-parent", action="store_true", help="end when standard input closes"
    )
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    stand_in = StandIn(
        port=options.port,
        state=options.state,
        latency_ms=options.latency_ms,
        extra_organisations=options.seed_orgs,
        countries=tuple(filter(None, options.countries.split(","))),
        auto_consent=options.auto_consent,
        limits={
            "per_minute": options.per_minute,
            "per_day": options.per_day,
            "concurrent": options.concurrent,
        },
    )
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    if options.die_with_parent:
        threading.Thread(target=_watch, args=(done,), daemon=True).start()
    # The ledger is large and has no cycles: full collections would only stop the answers.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    with stand_in:
        print(f"ready {stand_in.url}", flush=True)  # noqa: T201 - the one line of the contract
        done.wait()


def _watch(done: threading.Event) -> None:
    """End when the parent's end of our standard input closes."""
    while sys.stdin.buffer.read(4096):
        continue
    done.set()


if __name__ == "__main__":
    main()
