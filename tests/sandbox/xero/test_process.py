"""The stand-in as a process, what it keeps over a restart, and how fast it is."""

from __future__ import annotations

import subprocess
import sys
import time
from decimal import Decimal as D
from pathlib import Path

import requests

from sandbox.xero import StandIn
from sandbox.xero.testing import Client, invoice, line


def test_a_restart_keeps_the_books_and_the_tokens(tmp_path: Path) -> None:
    state = str(tmp_path / "xero.sqlite3")
    with StandIn(state=state) as first:
        au = Client(first)
        made = au.invoice("K-1", LineItems=[line("0.3333", Quantity=3)])
        au.pay(made["InvoiceID"], "0.10")
        before = first.ledger()
    with StandIn(state=state) as second:
        assert second.ledger() == before
        au.stand_in = second
        (found,) = au.get("Invoices/K-1")
        assert (found["AmountDue"], found["LineItems"][0]["UnitAmount"]) == (D("1.00"), D("0.3333"))
        assert au.invoice("K-2")["InvoiceID"] != found["InvoiceID"]
        assert au.put("Invoices", invoice("K-1"))[0]["HasErrors"]


def test_ids_are_the_same_in_every_run() -> None:
    made = []
    for _ in range(2):
        with StandIn() as xero:
            made.append(Client(xero).invoice("K-1")["InvoiceID"])
    assert made[0] == made[1]


def test_further_organisations_can_be_seeded() -> None:
    with StandIn(extra_organisations=3) as xero:
        assert Client(xero, "Load Test 3").invoice("L-1")["CurrencyCode"] == "AUD"


def test_the_process_says_ready_and_dies_with_its_parent() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.xero", "--die-with-parent", "--per-minute", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    word, url = process.stdout.readline().split()
    assert word == "ready"
    session = requests.Session()
    session.trust_env = False
    assert session.get(f"{url}/_sandbox/config").json()["limits"]["per_minute"] == 0
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_a_batch_of_fifty_is_quick() -> None:
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as xero:
        au = Client(xero)
        au.put("Contacts", {"Name": "Ann Example"})
        lines = [line("19.95") for _ in range(3)]
        started = time.perf_counter()
        for batch in range(4):
            found = au.put(
                "Invoices", *(invoice(f"B-{batch}-{n}", LineItems=lines) for n in range(50))
            )
            assert not any(one["HasErrors"] for one in found)
        # About 15 ms each on one core; the bound only catches a lost index.
        assert (time.perf_counter() - started) / 4 < 0.5
