"""`python -m tests.chaos [--seed N] [--orders N] [--seconds N]`: everything fails, and is right.

Ends with 0 where every order is accounted for exactly once, `reconcile` finds nothing, and
nothing is left to do; with 1 and a list where not. The folder of the run, with its log of events,
is kept then. Skipped, with 0, where PostgreSQL's or Valkey's programs are missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from connector.lib.keys import new_encryption_key, new_secret_key
from connector.processes.ports import free_port
from tests.chaos import servers


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="decides every random choice")
    parser.add_argument("--orders", type=int, default=1500)
    parser.add_argument("--seconds", type=float, default=300, help="how long faults happen")
    parser.add_argument("--rest", type=float, default=600, help="seconds to come to rest in")
    parser.add_argument("--scale", type=float, default=12, help="how much faster time passes")
    parser.add_argument("--no-faults", action="store_true", help="only sell, and check")
    parser.add_argument("--no-restore", action="store_true", help="restore no backup")
    parser.add_argument("--keep", action="store_true", help="keep the folder of the run")
    parser.add_argument("--platform", choices=("magento", "opencart"), default="magento")
    parser.add_argument("--configuration", type=Path, help="of that platform's demo shops if none")
    parser.add_argument(
        "--shop", metavar="URL", help="a real shop; its bearer or code in SHOP_BEARER, SHOP_PAIRING"
    )
    parser.add_argument("--script", metavar="PROGRAM", help="drives that shop: see shops.py")
    parser.add_argument("--slug", default="au", help="of that shop, in the configuration")
    parser.add_argument("--organisation", default="Demo Company (AU)")
    options = parser.parse_args()
    name = "opencart.yaml" if options.platform == "opencart" else "configuration.yaml"
    options.configuration = options.configuration or Path(__file__).with_name(name)
    return options


def _environment(folder: Path, url: str, broker: str) -> dict[str, str]:
    """What production has, but for the clock and the addresses of the stand-in."""
    from connector.demo.place import SETTINGS

    xero = f"http://127.0.0.1:{free_port()}"
    ours = {*SETTINGS, *(f"{name}_FILE" for name in SETTINGS), "CLOCK_SCALE", "CLOCK_BASE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "connector.settings",
        "DATA_DIR": str(folder), "SECRET_KEY": new_secret_key(),
        "FIELD_ENCRYPTION_KEYS": new_encryption_key(),
        "DATABASE_URL": url, "CELERY_BROKER_URL": broker,
        "PUBLIC_URL": f"http://localhost:{free_port()}", "ALLOW_PRIVATE_HOSTS": "True",
        "SANDBOX": "True",
        "XERO_LOGIN_URL": xero, "XERO_IDENTITY_URL": xero, "XERO_API_URL": xero,
    }  # fmt: skip


def main() -> int:
    options = _arguments()
    if missing := servers.needed():
        print(f"skipped: {missing}")  # noqa: T201
        return 0
    # As Ctrl-C: servers and folders are cleaned up on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    postgres = servers.PostgreSQL()
    broker = servers.Broker(folder)
    wrong = True
    try:
        postgres.start()
        postgres.make_database()
        broker.start()
        environment = _environment(folder, postgres.url, broker.url)
        os.environ.clear()
        os.environ.update(environment)
        import django

        django.setup()
        from tests.chaos import account

        wrong = account.run(options, folder, postgres, broker)
    finally:
        broker.stop()
        postgres.remove()
        if not wrong and not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"kept: {folder}")  # noqa: T201
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
