"""A tax that orders showed, and what the rules answer to it: pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from accounts_mapping.rules.resolve import MappingSnapshot, Resolution, Unmapped
from accounts_mapping.rules.taxes import tax_as_line, tax_type
from connector.lib.money import ZERO
from stores.canonical.customer import Address, Customer
from stores.canonical.order import Line, LineKind, Order, TaxShare
from xero.documents.facts import OrganisationFacts

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TaxPair:
    """A tax that orders showed: where, at which percentage ("" where the shop does not state it),
    by which name; `vat_number`: nothing was charged, and the buyer had a number. `sample` is the
    number of an order. One of no orders stands in the shop's own table."""

    country: str
    rate: str
    name: str = ""
    vat_number: bool = False
    orders: int = 0
    state: str = ""
    tax_class: str = ""
    sample: str = ""

    @property
    def key(self) -> str:
        """Equal for the same tax only; `rule_of` reads it."""
        return pair_key(
            country=self.country, state=self.state, tax_class=self.tax_class, name=self.name,
            rate=self.rate,
        )  # fmt: skip

    @property
    def percent(self) -> Decimal | None:
        return Decimal(self.rate) if self.rate else None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, self.name.split(" + ")))


def pair_key(
    *, country: str = "", state: str = "", tax_class: str = "", name: str = "", rate: str = ""
) -> str:
    """What a page is told to speak of a tax."""
    return json.dumps([country, state, tax_class, name, rate], ensure_ascii=False)


def rule_of(key: str, home: str) -> dict[str, str]:
    """A tax rule for exactly the tax of such a key, without its answer; empty for what is none."""
    try:
        parts = json.loads(key)
    except ValueError:
        return {}
    if not isinstance(parts, list) or [type(one) for one in parts] != [str] * 5:
        return {}
    country, state, tax_class, name, rate = parts
    rule = {"country": country if country != home else "", "state": state, "class": tax_class,
            "rate": rate, "name": "" if rate else name}  # fmt: skip
    return {key: value for key, value in rule.items() if value}


def answer_of(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, pair: TaxPair
) -> Resolution | Unmapped:
    """The tax type of goods that bear this tax, by the tax rules alone: what is said of a product,
    or of certain orders, goes before it. Taxes that are lines of their own are left out first."""
    order, rate, names = _order(pair), pair.percent, pair.names
    tax = snapshot.rules.tax
    if rate is not None and tax.sales_tax is not None:
        rate, names = ZERO, ()
    elif rate and tax.has_lines and len(names) == 1:
        share = TaxShare(names[0], rate, ZERO)
        if tax_as_line(snapshot, organisation, order, _line(pair), share) is not None:
            rate, names = ZERO, ()
    return tax_type(
        snapshot, organisation, order, tax_class=pair.tax_class, rate=rate, names=names,
        title=pair.name or "A line",
    )  # fmt: skip


def charged_after(snapshot: MappingSnapshot, pair: TaxPair) -> Decimal | None:
    """The percentage that is left on the line: none where all tax is a line of its own."""
    return ZERO if pair.percent is not None and snapshot.rules.tax.sales_tax else pair.percent


def _order(pair: TaxPair) -> Order:
    """As much of an order as tax rules look at."""
    place = Address(country=pair.country, region=pair.state, region_code=pair.state)
    number = "number" if pair.vat_number else ""
    return Order(
        id="", number="", status="", currency="", base_currency="", total=ZERO, tax=ZERO,
        placed_at=_ANY_DAY, updated_at=_ANY_DAY, lines=(), customer=Customer(tax_number=number),
        billing=place,
    )  # fmt: skip


def _line(pair: TaxPair) -> Line:
    return Line(
        id="", kind=LineKind.GOODS, name="", quantity=Decimal(1), net=ZERO, tax=ZERO,
        full_net=None, full_gross=None, rate=pair.percent, path="", tax_class=pair.tax_class,
    )  # fmt: skip
