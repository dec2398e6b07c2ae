"""What the rules say of each line of an order, and of each row of its total that is a line: pure.

Taxes that the rules post as lines of their own are taken off a line before its tax type is
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from accounts_mapping.rules.resolve import (
    MappingSnapshot,
    Resolution,
    Rules,
    Unmapped,
    account_key,
    is_fixed_tax,
    line_account,
    line_rules,
)
from accounts_mapping.rules.schema import RowAccount
from accounts_mapping.rules.taxes import line_tax_type, tax_as_line, tax_type
from accounts_mapping.rules.texts import Texts, Tracked
from connector.lib.money import ZERO
from stores.canonical.order import Line, LineKind, Order, TaxShare, TotalRow
from xero.documents.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class MappedLine:
    """`shares` are the accounts of its taxes that are lines of their own, None for one that is
    not, and `fixed` those of its fixed taxes; `rate` is what is left without the former, None
    where the shop states no tax.
    `names_item`: the line may name the item of what was sold; `item_source` is the key of a rule
    that says so. `untaxed` is the type of its discount, where that took nothing off its tax."""

    account: Resolution | Unmapped
    tax_type: Resolution | Unmapped
    rate: Decimal | None
    tracking: Tracked
    names_item: bool = True
    item_source: str = ""
    shares: tuple[Resolution | None, ...] = ()
    fixed: tuple[Resolution | Unmapped, ...] = ()
    untaxed: Resolution | Unmapped | None = None


@dataclass(frozen=True, slots=True)
class MappedFee:
    """Of a row. Where no tax type is mapped to it, the rate decides, one of the order's: which
    of them its tax is at, the amounts tell."""

    account: Resolution | Unmapped
    tax_type: Resolution | None
    by_rate: Mapping[Decimal, Resolution | Unmapped]


def map_lines(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    rules: Rules,
    texts: Texts,
) -> tuple[MappedLine, ...]:
    """All lines of an order. `rules` are those whose conditions on the order hold."""
    apart = snapshot.rules.tax.has_lines
    return tuple(
        [
            _mapped(snapshot, organisation, order, line, line_rules(rules, line), texts, apart)
            for line in order.lines
        ]
    )


def map_fee(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    row: TotalRow,
    to: RowAccount | None,
) -> MappedFee:
    """A row of the total that is a line; `to` is what is mapped to its code, None for a fee of
    the platform's own."""
    if to is None:
        account = account_key(snapshot, "other_income")
    else:
        account = Resolution(to.account, f"total_rows.{row.code}.account")
    if to is not None and to.tax_type:
        return MappedFee(account, Resolution(to.tax_type, f"total_rows.{row.code}.tax_type"), {})
    tax_class = (to.class_ or "") if to is not None else ""
    rates = {ZERO, *(line.rate for line in order.lines if line.rate)}
    if row.rate is not None:
        rates = {ZERO, row.rate}
    by_rate = {
        rate: tax_type(
            snapshot, organisation, order, tax_class=tax_class, rate=rate, title=row.title,
            names=tuple(share.name for share in row.taxes) if rate else (),
        )
        for rate in rates
    }  # fmt: skip
    return MappedFee(account, None, by_rate)


def map_untaxed_discount(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order, row: TotalRow
) -> MappedFee:
    """A discount that the shop took off after it had computed the tax: no tax is on it."""
    untaxed = tax_type(snapshot, organisation, order, tax_class="", rate=ZERO, title=row.title)
    return MappedFee(account_key(snapshot, "discounts"), None, {ZERO: untaxed})


def _mapped(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    line: Line,
    rules: Rules,
    texts: Texts,
    apart: bool,
) -> MappedLine:
    """`apart`: the rules post some tax as a line of its own."""
    tax, bare = snapshot.rules.tax, line
    shares: tuple[Resolution | None, ...] = ()
    stated = line.rate is not None  # else its tax is worked out from the type first
    if stated and tax.sales_tax is not None:
        bare = replace(line, rate=ZERO, taxes=())
    elif stated and apart and line.taxes:
        shares = _shares(snapshot, organisation, order, line)
        bare = _without(line, shares)
    names_item, item_source = _names_item(rules) if rules else (True, "")
    return MappedLine(
        account=_account(snapshot, organisation, order, line, rules),
        tax_type=_tax_type(snapshot, organisation, order, bare, rules),
        rate=bare.rate,
        tracking=texts.tracking(rules),
        names_item=names_item,
        item_source=item_source,
        shares=shares,
        fixed=_fixed(snapshot, organisation, order, line) if line.fixed_taxes else (),
        untaxed=_untaxed(snapshot, organisation, order, bare),
    )


def _names_item(rules: Rules) -> tuple[bool, str]:
    """Whether the line may name its item, and the rule that says so."""
    for index, rule in rules:
        if rule.item is not None:
            return rule.item, f"rules[{index}].item"
    return True, ""


def _untaxed(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order, line: Line
) -> Resolution | Unmapped | None:
    """The type of a discount that the shop took off after it had computed the tax."""
    if not (line.discounted_after_tax and line.tax):
        return None
    return tax_type(snapshot, organisation, order, tax_class="", rate=ZERO, title=line.name)


def _account(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    line: Line,
    rules: Rules,
) -> Resolution | Unmapped:
    """A fixed tax goes to the account of its rule, though it is taxed itself."""
    if is_fixed_tax(line):
        share = TaxShare(line.name, None, line.net)
        if ruled := tax_as_line(snapshot, organisation, order, line, share):
            return ruled
    if row := _row_of(snapshot, line):
        return Resolution(row.account, f"total_rows.{line.code}.account")
    return line_account(snapshot, line, rules)


def _tax_type(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    line: Line,
    rules: Rules,
) -> Resolution | Unmapped:
    row = _row_of(snapshot, line)
    if row is not None and row.tax_type:
        return Resolution(row.tax_type, f"total_rows.{line.code}.tax_type")
    if row is not None and row.class_:
        line = replace(line, tax_class=row.class_)
    return line_tax_type(snapshot, organisation, order, line, rules)


def _row_of(snapshot: MappingSnapshot, line: Line) -> RowAccount | None:
    """What `total_rows` says of shipping, where the configuration names its row."""
    if line.kind is not LineKind.SHIPPING:
        return None
    row = snapshot.rules.total_rows.get(line.code)
    return row if isinstance(row, RowAccount) else None


def _fixed(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order, line: Line
) -> tuple[Resolution | Unmapped, ...]:
    return tuple(
        tax_as_line(snapshot, organisation, order, line, share)
        or account_key(snapshot, "fixed_tax")
        for share in line.fixed_taxes
    )


def _shares(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order, line: Line
) -> tuple[Resolution | None, ...]:
    return tuple(tax_as_line(snapshot, organisation, order, line, share) for share in line.taxes)


def _without(line: Line, shares: Sequence[Resolution | None]) -> Line:
    """The line with the taxes that are left, and their rate.

    Where each of them has a rate of its own, they make the rate: one tax on top of another adds
    more to the line's rate than its own percentage.
    """
    rate, left = line.percent, line.taxes
    for share, account in zip(line.taxes, shares, strict=True):
        if account is None:
            continue
        left = tuple(other for other in left if other is not share)
        rates = [other.rate for other in left if other.rate is not None]
        whole = len(rates) == len(left)
        rate = sum(rates, ZERO) if whole else rate - (share.rate or ZERO)
    return line if left is line.taxes else replace(line, rate=rate, taxes=left)
