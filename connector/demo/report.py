"""What `demo --once` prints, and whether every order is accounted for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from connector.demo import figures, remotes
from connector.demo.checking import Mismatch, compare, of_shops
from connector.demo.remotes import Shop
from connector.demo.watching import Times
from stores.models import Store
from sync.models import Posting, TrackedOrder

_State = TrackedOrder.State
_NAMED = {_State.HELD: "needs you", _State.SKIPPED: "not synced", _State.EXCLUDED: "not synced"}
_SHOWN = 20


@dataclass(slots=True)
class Tally:
    """All shops together. `missing` are orders without an invoice and without a reason."""

    orders: int = 0
    posted: int = 0
    # (what became of it, why) → how many orders
    explained: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    differences: list[Mismatch] = field(default_factory=list)
    documents: Counter[str] = field(default_factory=Counter)
    calls: int = 0

    @property
    def complete(self) -> bool:
        """Whether every order is in Xero as the shop has it, or says why it is not."""
        told = self.posted + sum(self.explained.values())
        return told == self.orders and not self.missing and not self.differences


def account(work: list[tuple[Shop, Store]]) -> Tally:
    """Ask the shops and the stand-in; only the reasons come from the product."""
    found = Tally(calls=remotes.calls_to(settings.XERO_API_URL))
    by_tenant: dict[str, list[tuple[Shop, Store]]] = defaultdict(list)
    for shop, store in work:
        assert store.organisation is not None
        by_tenant[store.organisation.tenant_id].append((shop, store))
    for tenant, sharing in by_tenant.items():
        ledger = remotes.ledger_of(settings.XERO_API_URL, tenant)
        for kind in ("Contacts", "Invoices", "Payments"):
            found.documents[kind.lower()] += len(ledger[kind])
        prefixes = [store.number_prefix for _, store in sharing]
        by_shop, strangers = of_shops(prefixes, ledger["Invoices"])
        found.differences += strangers
        for (shop, store), invoices in zip(sharing, by_shop, strict=True):
            _compare(found, shop, store, invoices)
    return found


def _compare(found: Tally, shop: Shop, store: Store, invoices: Sequence[Mapping[str, Any]]) -> None:
    result = compare(store.number_prefix, figures.orders_of(shop), invoices)
    found.orders += len(result.in_xero) + len(result.not_in_xero)
    found.posted += len(result.in_xero)
    found.differences += result.differences
    _explain(found, store, result.not_in_xero)


def _explain(found: Tally, store: Store, numbers: list[str]) -> None:
    """Why these orders have no invoice, in the product's own words."""
    rows = {row.number: row for row in TrackedOrder.objects.filter(store=store)}
    dead: dict[int | None, list[dict[str, str]]] = defaultdict(list)
    for posting in Posting.objects.filter(store=store, state=Posting.State.DEAD, kind="invoice"):
        dead[posting.order_id] += posting.reasons
    for number in numbers:
        row = rows.get(number)
        reasons = (row.reasons or dead[row.pk]) if row else []
        if row is None or not reasons:
            found.missing.append(f"{store.name} {number}")
            continue
        found.explained[_NAMED.get(_State(row.state), "refused"), reasons[0]["message"]] += 1


def lines(found: Tally, times: Times) -> Iterator[str]:
    """The report, line by line."""
    yield f"Orders       {found.orders}"
    yield f"  in Xero    {found.posted}"
    for (what, why), count in sorted(found.explained.items()):
        yield f"  {what:<10} {count}  {why}"
    for name in found.missing[:_SHOWN]:
        yield f"  lost       {name}: no invoice and no reason"
    parts = ", ".join(f"{count} {kind}" for kind, count in found.documents.items())
    yield f"Documents    {parts}"
    yield f"Xero calls   {found.calls}"
    yield f"Differences  {len(found.differences)}"
    for difference in found.differences[:_SHOWN]:
        yield f"  {difference}"
    yield from time_lines(times)


def time_lines(times: Times) -> Iterator[str]:
    """How quick it was, from the command on."""
    if times.first_invoice is not None:
        yield (
            f"First invoice in Xero after {times.first_invoice:.1f} s, "
            f"everything after {times.all_done:.1f} s."
        )
