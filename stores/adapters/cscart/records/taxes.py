"""The taxes of a CS-Cart order: what each was charged on, told from the keys of `applies`.

Where the shop computes taxes by unit price, a key names one thing: `P_<item>`,
`S_<group>_<shipping>`, `PS_<payment>`. Where it computes them on the subtotal, `P`, `S` and `PS`
are sums, and `applies.items` says of which things. No setting is asked: the shop may have changed
it since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connector.lib.money import CENT, ZERO, allocate, round_to
from connector.lib.texts.said import said
from stores.adapters.cscart.records.cart import Shipping
from stores.adapters.cscart.records.texts import inner, text_of
from stores.canonical.records import ParseError
from stores.raw import Raw

_HUNDRED = Decimal(100)
_MOST_ROUNDED = 5 * CENT


@dataclass(frozen=True, slots=True)
class StatedTax:
    """A tax as the shop states it. `rate` is percent, None for a fixed amount; `included`: prices
    have it inside. `parts` are amounts by key of `applies`; `by_unit` is the way of computing, None
    where its keys do not tell. `total` is the sum of the parts, as the order counts it."""

    raw: Raw
    id: str
    name: str
    rate: Decimal | None
    included: bool
    priority: int
    total: Decimal
    parts: Mapping[str, Decimal]
    by_unit: bool | None


@dataclass(frozen=True, slots=True)
class Share:
    """What one tax comes to on one thing."""

    tax: StatedTax
    amount: Decimal


@dataclass(slots=True)
class Shares:
    """The taxes of each item by its id, of each way of shipping by its place, and of the payment
    surcharge."""

    items: dict[str, list[Share]] = field(default_factory=dict)
    shippings: dict[int, list[Share]] = field(default_factory=dict)
    surcharge: list[Share] = field(default_factory=list)


def read_taxes(order: Raw) -> tuple[StatedTax, ...]:
    """All taxes, those that are computed first in front."""
    taxes = [_tax(raw, raw.text("tax_id") or key) for key, raw in order.keyed("taxes")]
    told = {tax.by_unit for tax in taxes} - {None}
    if len(told) > 1:
        text = said("Some taxes are computed by unit price and some on the subtotal.")
        raise ParseError(order.at("taxes"), None, text, code="tax_unclear")
    return tuple(sorted(taxes, key=lambda tax: tax.priority))


def by_unit_price(taxes: Iterable[StatedTax]) -> bool:
    """Whether taxes are on undiscounted prices, one by one."""
    return any(tax.by_unit for tax in taxes)


def _tax(raw: Raw, key: str) -> StatedTax:
    kind = raw.required_text("rate_type")
    if kind not in ("P", "F"):
        raise raw.refusal("rate_type", said("neither P nor F"), "bad_value")
    parts, by_unit = _parts(raw)
    return StatedTax(
        raw=raw,
        id=key,
        name=text_of(raw, "description"),
        rate=raw.number("rate_value") if kind == "P" else None,
        included=raw.required_flag("price_includes_tax"),
        priority=int(raw.amount("priority")),
        total=raw.number("tax_subtotal"),
        parts=_fitted(raw, parts),
        by_unit=by_unit,
    )


def _parts(raw: Raw) -> tuple[dict[str, Decimal], bool | None]:
    """The amounts by key, and whether they are of single things."""
    applies = raw.child("applies")
    found, modes = {}, set()
    for key in applies.data:
        if key == "items":
            continue
        kind, _, named = key.partition("_")
        if kind not in ("P", "S", "PS"):
            raise applies.refusal(key, said("it is not known what this tax is on"), "tax_unclear")
        if kind != "PS" or named:
            modes.add(bool(named))
        found[key] = applies.amount(key)
    if len(modes) > 1:
        text = said(
            "%(at)s is computed by unit price and on the subtotal at once.", at=raw.at("applies")
        )
        raise ParseError(raw.at("applies"), None, text, code="tax_unclear")
    return found, modes.pop() if modes else None


def _fitted(raw: Raw, parts: dict[str, Decimal]) -> dict[str, Decimal]:
    """The parts so that they sum to the tax as the order counts it: shops round the one and not
    the other. A larger difference is a ParseError."""
    total = raw.number("tax_subtotal")
    missing = total - sum(parts.values(), ZERO)
    if not missing:
        return parts
    taxed = [key for key in parts if parts[key]]
    if not taxed or abs(missing) > min(CENT * len(taxed), _MOST_ROUNDED):
        raise ParseError(
            raw.at("tax_subtotal"), raw.data.get("tax_subtotal"),
            said(
                "%(at)s is %(total)s, but what it applies to makes %(parts)s: %(missing)s is "
                "unexplained.",
                at=raw.at("tax_subtotal"), total=total, parts=total - missing, missing=missing,
            ),
            code="tax_does_not_add_up",
        )  # fmt: skip
    largest = max(taxed, key=lambda key: abs(parts[key]))
    return parts | {largest: parts[largest] + missing}


def share_out(
    order: Raw,
    taxes: Sequence[StatedTax],
    amounts: Mapping[str, Decimal],
    shippings: Sequence[Shipping],
) -> Shares:
    """Each tax on the things that it was charged on. `amounts` are those of the items after
    discounts, by id. ParseError where a tax is not told to be on anything that was charged."""
    shares = Shares()
    for tax in taxes:
        for key, amount in tax.parts.items():
            kind, _, named = key.partition("_")
            if kind == "P":
                _on_items(shares, tax, key, amount, _items_of(tax, key, named, amounts), amounts)
            elif kind == "S":
                _on_shippings(shares, tax, key, amount, named, shippings)
            elif amount:
                if not order.amount("payment_surcharge"):
                    raise _on_nothing(tax, key)
                shares.surcharge.append(Share(tax, amount))
    return shares


def _items_of(
    tax: StatedTax, key: str, named: str, amounts: Mapping[str, Decimal]
) -> list[str]:  # fmt: skip
    """The items that a part of a tax is on."""
    if named:
        return [named] if named in amounts else []
    listed = inner(inner(tax.raw, "applies"), "items").data.get("P")
    named_ones = listed if isinstance(listed, dict) else {}
    found = [one for one, on in named_ones.items() if one in amounts and on]
    if found or not tax.parts[key]:
        return found
    # It does not say which: all of them, if the rate says so too.
    whole = sum(amounts.values(), ZERO)
    expected = _of_whole(tax, whole)
    near = expected is not None and abs(expected - tax.parts[key]) <= CENT * max(len(amounts), 1)
    return list(amounts) if near or len(amounts) == 1 else []


def _of_whole(tax: StatedTax, amount: Decimal) -> Decimal | None:
    if tax.rate is None:
        return None
    return amount * tax.rate / (_HUNDRED + tax.rate if tax.included else _HUNDRED)


def _on_items(
    shares: Shares, tax: StatedTax, key: str, amount: Decimal, ids: Sequence[str],
    amounts: Mapping[str, Decimal],
) -> None:  # fmt: skip
    charged = any(amounts[one] for one in ids) or (ids and tax.by_unit)
    if amount and not charged:
        raise _on_nothing(tax, key)
    if not ids:
        return
    ordered = sorted(ids, key=lambda one: (len(one), one))
    parts = allocate_exactly(amount, [amounts[one] for one in ordered])
    for one, part in zip(ordered, parts, strict=True):
        shares.items.setdefault(one, []).append(Share(tax, part))


def _on_shippings(
    shares: Shares, tax: StatedTax, key: str, amount: Decimal, named: str,
    shippings: Sequence[Shipping],
) -> None:  # fmt: skip
    if not amount and not (tax.rate is not None and not tax.rate):
        return  # not on shipping at all
    if not shippings:
        if amount:
            raise _on_nothing(tax, key)
        return
    places = _shippings_of(tax, named, shippings)
    if not places:
        if amount:
            raise _on_nothing(tax, key)
        return
    parts = allocate_exactly(amount, [shippings[place].amount for place in places])
    for place, part in zip(places, parts, strict=True):
        shares.shippings.setdefault(place, []).append(Share(tax, part))


def _shippings_of(tax: StatedTax, named: str, shippings: Sequence[Shipping]) -> list[int]:
    """The places of the ways of shipping that a part of a tax is on; all where there is one
    line for all of them, or where it does not say."""
    if len(shippings) == 1:
        return [0]
    if named:
        group, _, ident = named.rpartition("_")
        return [
            i for i, one in enumerate(shippings) if one.id == ident and one.group in (group, "")
        ]
    wanted = list(_named_shippings(inner(inner(tax.raw, "applies"), "items").data.get("S")))
    found = [
        i
        for i, one in enumerate(shippings)
        if any(
            (one.id == ident and "" in (group, one.group)) or (group, ident) == (one.group, one.id)
            for group, ident in wanted
        )
    ]
    return found if wanted else list(range(len(shippings)))


def _named_shippings(listed: object) -> Iterable[tuple[str, str]]:
    """Group and id of each, from `{"0": {"5": true}}`, its list form, or `{"5": true}`, which has
    no groups."""
    if isinstance(listed, list):
        listed = {str(place): entry for place, entry in enumerate(listed)}
    for key, entry in listed.items() if isinstance(listed, dict) else ():
        if isinstance(entry, dict):
            yield from ((str(key), str(ident)) for ident, on in entry.items() if on)
        elif isinstance(entry, list):
            yield from ((str(key), str(ident)) for ident, on in enumerate(entry) if on)
        elif entry:
            yield "", str(key)


def allocate_exactly(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount split by weights, in cents, or in smaller parts where it has them."""
    exponent = amount.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    places = max(2, min(-exponent, 6))
    return allocate(round_to(amount, places), weights, places)


def _on_nothing(tax: StatedTax, key: str) -> ParseError:
    path = f"{tax.raw.at('applies')}.{key}"
    return ParseError(
        path, tax.parts[key],
        said(
            "%(path)s is %(amount)s, a tax on nothing that the order charged.",
            path=path, amount=tax.parts[key],
        ),
        code="tax_unclear",
    )  # fmt: skip
