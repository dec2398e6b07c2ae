"""Whether every order is accounted for exactly once, and what came of the run in counts."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command

from connector.demo.remotes import Shop
from tests.chaos import checking, edited_twice, expecting, reading, report, resting, shops_opencart
from tests.chaos.expecting import Expected, Rules, Told
from tests.chaos.report import say
from tests.chaos.running import Stage

Rows = Mapping[tuple[str, str], Mapping[str, Any]]


def ledger_of(stage: Stage, organisation: str) -> dict[str, list[Any]]:
    text = stage.xero.read(f"ledger?{urlencode({'tenant': organisation})}")
    return dict(json.loads(text, parse_float=Decimal, parse_int=Decimal))


class Verdict:
    """One organisation's ledger against the orders of all shops that post to it."""

    def __init__(
        self,
        rules: Mapping[str, Rules],
        chosen: list[Shop],
        ledger: checking.Ledger,
        before: frozenset[str],
    ) -> None:
        self._ledger, self._before = ledger, before
        self._rules = {shop.slug: rules[shop.slug] for shop in chosen}
        self._wanted: list[tuple[str, Expected]] = []
        self._references: dict[str, str] = {}
        self._twice: list[str] = []
        self._ids: dict[tuple[str, int], Expected] = {}
        for shop in chosen:
            self._read(shop)

    @property
    def orders(self) -> int:
        return len(self._wanted)

    def _read(self, shop: Shop) -> None:
        told = shops_opencart.told_by if shop.platform == "opencart" else _told_by_magento
        for one in told(shop, self._rules[shop.slug]):
            self._wanted.append((shop.slug, one.expected))
            self._ids[shop.slug, one.id] = one.expected
            self._twice += one.twice
            self._references |= dict.fromkeys(one.references, one.expected.key)

    def asked(self, rows: Rows, events: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
        """Orders that may be held since the restore: (store, number)."""
        between, edits = edited_twice.forgotten(events), edited_twice.edits(events)
        found = ((place, one, rows.get((place[0], one.number))) for place, one in self._ids.items())
        return {
            (place[0], one.number)
            for place, one, row in found
            if row is not None and edited_twice.may_be_asked(
                one.key, row, self._ledger["Invoices"], edits.get(place, ()), between
            )
        }  # fmt: skip

    def wrong(self, rows: Rows, asked: Set[tuple[str, str]]) -> Iterator[str]:
        """One line for everything; `rows` is where each order stands by the product, and those
        that are `asked` wait for a person."""
        books = checking.read(
            self._ledger, [rules.prefix for rules in self._rules.values()], self._references,
            self._before,
        )  # fmt: skip
        open_sums = {one.key for slug, one in self._wanted if (slug, one.number) in asked}
        yield from checking.compare(books, (one for _, one in self._wanted), open_sums)
        yield from self._twice
        emails = (one.email for _, one in self._wanted)
        yield from checking.contacts(self._ledger, emails, self._before)
        for slug, one in self._wanted:
            row = rows.get((slug, one.number))
            if row is None:
                yield f"{one.key}: the product does not know it"
            elif (slug, one.number) not in asked:
                yield from _label(one, row)


def _told_by_magento(shop: Shop, rules: Rules) -> Iterator[Told]:
    memos = expecting.memos_by_order(reading.all_of(shop, "creditmemos"))
    for order in reading.all_of(shop, "orders"):
        wanted = expecting.expected(order, memos.get(int(order["entity_id"]), []), rules)
        references = [wanted.key]
        if rules.invoices:
            # What came in beyond an invoice bears the payment's reference.
            paid_by = (f"{order['increment_id']}-1", str(order["payment"].get("last_trans_id", "")))
            references += [f"{payment}-over" for payment in paid_by if payment]
        twice = list(checking.comments(order, wanted.key))
        yield Told(int(order["entity_id"]), wanted, references, twice)


def _label(one: Expected, row: Mapping[str, Any]) -> Iterator[str]:
    """What the product says of the order must be so."""
    shown = f"{row['label']} {row['reasons']} {row['bad']}"
    said = {reason.split(":")[0] for reason in row["reasons"]}
    if one.attention:
        if not said.intersection(one.attention):
            yield f"{one.key}: must say {' or '.join(one.attention)}, shown as {shown}"
    elif one.sold and not one.may_be_absent and row["label"] != "posted":
        yield f"{one.key}: shown as {shown}"
    elif row["label"] not in ("posted", "skipped", "voided"):
        yield f"{one.key}: not sold, shown as {shown}"
    if one.total is not None and row["total"] != one.total:
        yield f"{one.key}: built of {row['total']}, and the shop says {one.total}"
    if row["conflicts"]:
        yield f"{one.key}: said to be changed by a person: {row['conflicts']}"


def reconcile() -> dict[str, Any]:
    """What `reconcile` finds; `failed` where it did not come to its end."""
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("reconcile", "--json", stdout=out, stderr=errors)
    except SystemExit as ended:
        if not ended.code:
            return {}
    except Exception as error:  # noqa: BLE001 - told like everything else that is wrong
        return {"failed": f"{type(error).__name__}: {error}"}
    else:
        return {}
    return dict(json.loads(out.getvalue()))


def found_by_reconcile(answer: Mapping[str, Any], asked: Set[tuple[str, str]]) -> Iterator[str]:
    """It must find nothing, but differences of orders that are `asked`."""
    if "failed" in answer:
        yield f"reconcile: {answer['failed']}"
    for what in ("missing", "extra", "notes"):
        yield from (f"reconcile: {what} {one}" for one in answer.get(what, ()))
    for one in answer.get("differences", ()):
        if (one["slug"], one["order"]) not in asked:
            said = f"shop {one['store']}, Xero {one['xero']} ({one['cause']})"
            yield f"reconcile: {one['slug']} {one['order']} {one['field']}: {said}"


def show(stage: Stage, orders: int, asked: int) -> None:
    """The counts of faults and of outcomes; `asked` orders wait for a person."""
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
    say(f"{asked} asked of a person after the restore: edited twice")
