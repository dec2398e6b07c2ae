"""Whether every order is accounted for exactly once, and what came of the run in counts."""

from __future__ import annotations

import argparse
import io
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command

from connector.demo.remotes import Shop
from tests.chaos import checking, expecting, report, resting, shops
from tests.chaos.report import say
from tests.chaos.running import Stage


def ledger_of(stage: Stage, shop: Shop) -> dict[str, list[Any]]:
    text = stage.xero.read(f"ledger?{urlencode({'tenant': shop.organisation})}")
    return dict(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def of_shop(
    options: argparse.Namespace,
    stage: Stage,
    shop: Shop,
    before: frozenset[str],
    rows: dict[tuple[str, str], dict[str, Any]],
) -> Iterator[Any]:
    """What is wrong with a shop's orders; last how many there are."""
    prefix = shops.PREFIXES.get(shop.slug, options.prefix)
    memos = expecting.memos_by_order(shops.all_of(shop, "creditmemos"))
    orders = list(shops.all_of(shop, "orders"))
    wanted = [expecting.expected(one, memos.get(int(one["entity_id"]), [])) for one in orders]
    references: dict[str, str] = {}
    for one in orders:
        number = str(one["increment_id"])
        for key in (number, f"{number}-1", str(one["payment"].get("last_trans_id", ""))):
            references[key] = number
    ledger = ledger_of(stage, shop)
    books = checking.read(ledger, prefix, references, before)
    yield from checking.compare(books, wanted, shop.slug)
    yield from checking.contacts(ledger, (one.email for one in wanted), before)
    for one in wanted:
        row = rows.get((shop.slug, one.number))
        if row is None:
            yield f"{shop.slug} {one.number}: the product does not know it"
            continue
        yield from _label(f"{shop.slug} {one.number}", one, row)
    yield len(orders)


def _label(name: str, one: expecting.Expected, row: dict[str, Any]) -> Iterator[str]:
    """What the product says of the order must be so."""
    shown = f"{row['label']} {row['reasons']} {row['bad']}"
    if one.sold and not one.may_be_absent and row["label"] != "posted":
        yield f"{name}: shown as {shown}"
    elif row["label"] not in ("posted", "skipped", "voided"):
        yield f"{name}: not sold, shown as {shown}"
    if row["conflicts"]:
        yield f"{name}: said to be changed by a person: {row['conflicts']}"


def reconcile() -> list[str]:
    """What `reconcile` finds: it must end with 0."""
    out = io.StringIO()
    try:
        call_command("reconcile", stdout=out, stderr=out)
    except SystemExit as ended:
        if ended.code:
            return ["reconcile: " + line.strip() for line in out.getvalue().splitlines()]
    except Exception as error:  # noqa: BLE001 - told like everything else that is wrong
        return [f"reconcile: {type(error).__name__}: {error}"]
    return []


def show(stage: Stage, orders: int) -> None:
    """The counts of faults and of outcomes."""
    for what, title in (
        ("fault", "Faults"),
        ("struck", "Armed faults of Xero that met a call"),
        ("restart", "Restarts"),
        ("shop", "In the shops"),
        ("person", "Person"),
    ):
        report.table(title, stage.log.counts.get(what, {}))
    for title, counts in resting.outcomes().items():
        report.table(title, counts)
    stats = json.loads(stage.xero.read("stats"))
    calls: Counter[str] = Counter()
    for tenant in stats["tenants"].values():
        calls.update(tenant["by_call"])
        calls.update({f"429 {kind}": count for kind, count in tenant["refused_429"].items()})
    report.table("Calls to Xero", calls)
    say(f"\n{orders} orders")
