"""Tenders that stand on the invoice as negative lines: their accounts, and their tax. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charge import Charge, cut
from accounting.lines.closing import closing_accounts
from accounting.lines.compose import with_tax
from accounting.money.issued import How, IssuedTenders, Redeemed
from accounting.postable import (
    account_target,
    line_account_fits,
    out_of_scope,
    tax_fits,
    untaxed_type,
)
from accounting.reasons import Hold
from accounts_mapping.rules.resolve import Resolution
from connector.lib.money import CENT, ZERO, allocate, round_to
from connector.lib.texts.said import said
from stores.profile import Field
from xero.documents.lines import DocumentLine, TaxMode, line_tax

# What the charges may fall short of the order's total: it is closed as rounding, or held, there.
_ROUNDING = 5 * CENT


@dataclass(frozen=True, slots=True)
class NegativeLines:
    """The lines, and what they take off the document: their amount with tax, and the tax of
    what the shop charged."""

    lines: tuple[DocumentLine, ...] = ()
    amount: Decimal = ZERO
    tax: Decimal = ZERO

    def with_tax(self, tax: Decimal, mode: TaxMode) -> NegativeLines:
        """The same amount with another tax inside it, on the largest taxed line."""
        taxed = [place for place, line in enumerate(self.lines) if line.rate]
        if tax == self.tax or not taxed:
            return self
        at = min(taxed, key=lambda place: (self.lines[place].amount, place))
        line, gap = self.lines[at], tax - self.tax
        if mode is TaxMode.EXCLUSIVE:
            line = replace(line, unit_amount=line.amount + gap)
        line = with_tax(line, self.lines[at].tax(mode) - gap, mode)
        return replace(self, lines=(*self.lines[:at], line, *self.lines[at + 1 :]), tax=tax)


def negative_lines(
    books: Books, issued: IssuedTenders, charges: list[Charge], mode: TaxMode, *, override: bool
) -> NegativeLines:
    """A line for each tender of this kind; one for each tax type of the goods where it bears
    tax. Holds where an account or tax type does not fit."""
    if not issued.tenders:
        return NegativeLines((), issued.on_lines, ZERO)
    lines: list[DocumentLine] = []
    tax = ZERO
    left = _Left.of(charges, mode)
    for tender in issued.tenders:
        if tender.how is How.LINE:
            lines.append(_mirror(books, tender))
        elif tender.how is How.GOODS:
            for share in left.take(tender.amount):
                lines.append(_like_goods(books, tender, share, mode, override=override))
                tax += share.tax
    return NegativeLines(tuple(lines), issued.on_lines, tax)


def mirrored(
    books: Books, issued: IssuedTenders, converted: IssuedTenders
) -> list[tuple[DocumentLine, Decimal]]:
    """The lines of liabilities with what each comes to once it is `converted`."""
    if len(issued.tenders) != len(converted.tenders):
        return []
    pairs = zip(issued.tenders, converted.tenders, strict=True)
    return [(_mirror(books, one), -its.amount) for one, its in pairs if one.how is How.LINE]


def _mirror(books: Books, tender: Redeemed) -> DocumentLine:
    """On the account of the liability, without tax."""
    assert tender.account is not None
    organisation = books.organisation
    facts = line_account_fits(organisation, tender.account)
    if facts is not None and facts.type == "BANK":
        raise Hold(
            "account_not_allowed",
            said(
                "Account %(value)s %(name)s is a bank account, which no line can stand on. Map "
                "another as %(source)s.",
                value=tender.account.value,
                name=facts.name,
                source=tender.account.source,
            ),
            tender.account.source,
        )
    scope = out_of_scope(books.snapshot, tender.title)
    kind = untaxed_type(books.snapshot, organisation, facts, scope, tender.title)
    target, is_id = account_target(organisation, tender.account.value)
    return DocumentLine(
        cut(tender.title), Decimal(1), -tender.amount, target, kind, account_is_id=is_id
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """What a tender pays of the charges of one tax type: `gross` and the `tax` inside it."""

    like: Charge
    gross: Decimal
    tax: Decimal


@dataclass(slots=True)
class _Left:
    """What is not paid yet of each charge, with tax: goods are paid before what was charged
    beside them."""

    charges: list[Charge]
    mode: TaxMode
    gross: list[Decimal] = field(default_factory=list)

    @classmethod
    def of(cls, charges: list[Charge], mode: TaxMode) -> _Left:
        return cls(charges, mode, [max(_gross(one, mode), ZERO) for one in charges])

    def take(self, amount: Decimal) -> list[_Share]:
        """Spread an amount over the charges by what is left of each; by largest remainder."""
        before = list(self.gross)
        for goods in (True, False):
            places = [i for i, one in enumerate(self.charges) if one.goods is goods]
            there = sum((self.gross[i] for i in places), ZERO)
            part = min(amount, there)
            if not part:
                continue
            weights = [self.gross[i] for i in places]
            for place, share in zip(places, allocate(part, weights), strict=True):
                self.gross[place] -= share
            amount -= part
        if amount > _ROUNDING:
            raise Hold(
                "totals_do_not_add_up",
                said(
                    "More was redeemed than the order was charged. Compare the order's total with "
                    "its lines in the shop."
                ),
                Field.TOTAL,
            )
        return self._shares(before)

    def _shares(self, before: list[Decimal]) -> list[_Share]:
        groups: dict[object, list[int]] = defaultdict(list)
        for place, charge in enumerate(self.charges):
            if before[place] != self.gross[place]:
                key = charge.tax_type, charge.rate, charge.tracking, charge.as_charged
                groups[key].append(place)
        return [self._share(places, before) for places in groups.values()]

    def _share(self, places: list[int], before: list[Decimal]) -> _Share:
        """The tax inside a share: at the type's rate, or all that is left of the charges'."""
        first = self.charges[places[0]]
        gross = sum((before[i] - self.gross[i] for i in places), ZERO)
        if first.as_charged:
            tax = sum((self._at(i, before[i]) - self._at(i, self.gross[i]) for i in places), ZERO)
        elif not any(self.gross[i] for i in places):
            tax = sum((self._charged(i, before[i]) for i in places), ZERO)
        else:
            tax = line_tax(gross, first.rate, TaxMode.INCLUSIVE)
        return _Share(first, gross, tax)

    def _at(self, place: int, gross: Decimal) -> Decimal:
        """The tax inside a part of a charge, in the proportion that the shop charged."""
        charge = self.charges[place]
        whole = _gross(charge, self.mode)
        return round_to(charge.tax * gross / whole) if whole else ZERO

    def _charged(self, place: int, gross: Decimal) -> Decimal:
        """The tax inside what was left of a charge: the shop's own where all of it was left."""
        charge = self.charges[place]
        if gross == _gross(charge, self.mode):
            return round_to(charge.tax)
        return line_tax(gross, charge.rate, TaxMode.INCLUSIVE)


def _gross(charge: Charge, mode: TaxMode) -> Decimal:
    charged = round_to(charge.charged)
    return charged if mode is TaxMode.INCLUSIVE else charged + round_to(charge.tax)


def _like_goods(
    books: Books, tender: Redeemed, share: _Share, mode: TaxMode, *, override: bool
) -> DocumentLine:
    like = share.like
    account, is_id = _account(books, tender, like)
    amount = -share.gross if mode is TaxMode.INCLUSIVE else -(share.gross - share.tax)
    line = DocumentLine(
        cut(tender.title), Decimal(1), amount, account, like.tax_type, like.rate,
        tracking=like.tracking, account_is_id=is_id,
    )  # fmt: skip
    if (override or like.as_charged) and line_tax(amount, like.rate, mode) != -share.tax:
        line = replace(line, tax_amount=-share.tax)
    return line


def _account(books: Books, tender: Redeemed, like: Charge) -> tuple[str, bool]:
    """The account of discounts, or that of sales, which a card sold with tax was posted to."""
    assert tender.account is not None
    if tender.account.source == "accounts.discounts":
        return closing_accounts(books).discounts(like.tax_type)
    facts = line_account_fits(books.organisation, tender.account)
    tax_fits(books.organisation, facts, Resolution(like.tax_type, tender.account.source))
    return account_target(books.organisation, tender.account.value)
