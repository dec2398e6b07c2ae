"""Make the dump of a filled database that later releases must be able to upgrade.

    python -m tests.upgrade.make_dump 0.1.0

Runs the product against the stand-in Xero and the demo shop on a SQLite database of its own
and writes `tests/upgrade/<version>.sql.gz`, with what it must still say in
`tests/upgrade/<version>.json`. Done once for each release; the files are never edited.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# Base64 of 32 bytes: the key of the dumps' secrets, which are the stand-in's.
KEY = "dXBncmFkZS10ZXN0LWtleS1vZi0zMi1ieXRlcy1sb24="
ORDERS = 30


def environment(data_dir: str) -> dict[str, str]:
    """What a process needs to work on a dump restored in `data_dir`."""
    return {
        "DATA_DIR": data_dir,
        "DATABASE_URL": f"sqlite:///{data_dir}/db.sqlite3",
        "FIELD_ENCRYPTION_KEYS": KEY,
        "SECRET_KEY": "upgrade-test",
        "ALLOW_PRIVATE_HOSTS": "True",
    }


def main(version: str) -> None:
    from sandbox.magento import DemoShop
    from sandbox.shop.made_up.demand import Plan
    from sandbox.xero import StandIn

    with (
        tempfile.TemporaryDirectory() as data_dir,
        StandIn(auto_consent=True) as xero,
        DemoShop(orders=ORDERS, plan=Plan(customers=20)) as shop,
    ):
        os.environ |= environment(data_dir)
        for name in ("XERO_LOGIN_URL", "XERO_IDENTITY_URL", "XERO_API_URL"):
            os.environ[name] = xero.url
        os.environ["DJANGO_SETTINGS_MODULE"] = "connector.settings"
        facts = fill(xero, shop)
        path = HERE / f"{version}.sql.gz"
        with sqlite3.connect(f"{data_dir}/db.sqlite3") as database:
            text = "\n".join(database.iterdump())
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    (HERE / f"{version}.json").write_text(json.dumps(facts, indent=2) + "\n")


def fill(xero, shop) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """Connect, configure, sync; then what the database holds."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.upgrade.world import configure, connect, facts

    call_command("migrate", verbosity=0)
    configure(connect(xero), shop)
    call_command("sync", store="au", wait=True, json=True)
    return facts()


if __name__ == "__main__":
    main(sys.argv[1])
