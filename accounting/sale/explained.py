"""How an order is mapped, as a person reads it: each answer, and the place that gave it. Pure.

The value behind is the `MappedOrder` that the order's documents are composed from; nothing is
asked of the rules here. What the organisation would refuse of it is said beside the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from accounting.books import Books
from accounting.contacts.persons import person_of
from accounting.lines.total_rows import row_unmapped
from accounting.postable import line_account_fits, payable_account, tax_fits, tracking_fits
from accounting.reasons import Hold
from accounting.sale.built import HELD, Built
from accounts_mapping.rules.mapped_lines import MappedFee, MappedLine
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.places import place_of
from accounts_mapping.rules.resolve import Answer, NotPosted, Resolution, Unmapped
from accounts_mapping.rules.schema import RowAccount
from accounts_mapping.rules.texts import Tracked
from connector.lib.money import plain
from connector.lib.texts.said import said
from stores.canonical.order import Line, LineKind, TotalRow

# The one answer that is a line's own: what its product is called in Xero.
ITEM = "Item"
# What a line is called that the shop gives no name.
_NAMELESS = {LineKind.GOODS: "Goods", LineKind.SHIPPING: "Shipping", LineKind.FEE: "Fee"}
# What a row of the total means, and the account behind it.
MEANINGS = {
    "fee": (said("A line of its own"), ""),
    "discount": (said("Discount"), ""),
    "gift_card": (said("Gift card"), "gift_cards"),
    "store_credit": (said("Store credit"), "store_credit"),
    "reward": (said("Reward points"), "rewards"),
    "ignore": (said("Left out"), ""),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: `what` was asked, its `value` and what Xero calls it (`name`).

    `source` is the configuration key that gave it, within the store's section, or that is to be
    filled; `place` says in words what stands there. `wrong` is why it cannot be posted so.
    """

    what: str
    value: str = ""
    source: str = ""
    place: str = ""
    name: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of one line, one row of the total or one method of payment. `code` is the
    shop's: the SKU, the row's code, the method's."""

    title: str
    code: str
    answers: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """All answers about an order. `version` is that of the rules; `holds` is what it waits for."""

    version: int
    lines: tuple[About, ...]
    rows: tuple[About, ...]
    methods: tuple[About, ...]
    document: tuple[Told, ...]
    holds: tuple[Told, ...]

    def as_json(self) -> dict[str, Any]:
        """With the version as text, like every number of a preview."""
        return asdict(self) | {"version": str(self.version)}


def explained(books: Books, built: Built) -> Explained | None:
    """What the rules say of an order that was built, or held; None where they were not asked."""
    if built.mapped is None:
        return None
    teller, mapped = _Teller(books, built.mapped), built.mapped
    return Explained(
        version=books.snapshot.version,
        lines=tuple(
            teller.line(line, to) for line, to in zip(mapped.order.lines, mapped.lines, strict=True)
        ),
        rows=tuple(map(teller.row, mapped.order.rows)),
        methods=tuple(teller.methods()),
        document=tuple(teller.document(built)),
        holds=tuple(teller.holds(built)),
    )


class _Teller:
    """Says what the rules answered for one order, and checks it against the organisation."""

    def __init__(self, books: Books, mapped: MappedOrder) -> None:
        self._books = books
        self._rules = books.snapshot.rules
        self._organisation = books.organisation
        self._mapped = mapped
        self._fees = {id(row): fee for row, fee in mapped.rows.fees}

    def line(self, line: Line, to: MappedLine) -> About:
        answers = [self._account(to.account), self._tax_type(to.tax_type, to.account)]
        answers += self._item(line, to)
        answers += self._tracking(to.tracking)
        for share, account in zip(line.taxes, to.shares, strict=False):
            if account is not None:
                answers.append(self._account(account, _as_line(share.name)))
        for share, fixed in zip(line.fixed_taxes, to.fixed, strict=False):
            answers.append(self._account(fixed, share.name or "Fixed tax"))
        return About(line.name or _NAMELESS[line.kind], line.sku, tuple(answers))

    def row(self, row: TotalRow) -> About:
        meaning = self._mapped.meanings[row.code]
        by_store = row.code in self._rules.total_rows
        source = f"total_rows.{row.code}"
        place = "Row of the total" if by_store else "What the platform means by it"
        if meaning is None:
            wrong = ""
            if row.counted and row.amount:
                wrong = row_unmapped([row], certain=True).reason.message
            answers = [Told("Meaning", said("Not mapped"), source, "", wrong=wrong)]
            return About(row.title or row.code, row.code, tuple(answers))
        known = "fee" if isinstance(meaning, RowAccount) else str(meaning)
        if known == "reward" and row.before_tax:
            known = "discount"
        words, account = MEANINGS[known]
        answers = [Told("Meaning", words, source if by_store else "", place)]
        if fee := self._fees.get(id(row)):
            answers += self._fee(fee)
        elif account:
            answers.append(self._account(self._books.snapshot.accounts[account]))
        return About(row.title or row.code, row.code, tuple(answers))

    def methods(self) -> Iterator[About]:
        """The accounts in the order's currency; those in its shop's where it is posted in that."""
        order = self._mapped.order
        titles = {order.payment_method: order.payment_title}
        titles |= {one.method: one.title for one in order.payments if one.title}
        for (method, currency), answer in sorted(self._mapped.methods.items()):
            elsewhere = currency != order.currency
            if not method or (elsewhere and not isinstance(answer, Resolution)):
                continue
            told = self._paid_into(answer, said("Account in %(currency)s", currency=currency))
            yield About(titles.get(method) or method, method, (told,))

    def document(self, built: Built) -> Iterator[Told]:
        mapped, sale = self._mapped, built.invoice or built.receipt
        naming, posting = mapped.naming, self._rules.posting
        yield self._told("Status", mapped.status)
        yield self._said("Date", _written(sale.date) if sale else "", _date_source(built))
        due = built.invoice.due_date if built.invoice else None
        yield self._said("Due", _written(due), mapped.terms.source)
        yield self._told("Reference", mapped.reference)
        yield self._theme()
        found = built.contact.found if built.contact is not None else None
        person = person_of(self._books.snapshot, mapped.order, naming)
        yield self._said("Contact", found.name if found else person.name, naming.source)
        if posting.mode == "daily_summary":
            yield self._said("Posted", said("with its day, where it may"), "posting.mode")
        yield from self._discounts()
        if self._rules.tax.sales_tax is not None:
            as_line = Resolution(self._rules.tax.sales_tax.account, "tax.sales_tax.account")
            yield self._account(as_line, _as_line(""))
        yield from self._tracking(mapped.tracking, other=True)

    def holds(self, built: Built) -> Iterator[Told]:
        if (hold := self._mapped.hold) is not None:
            yield self._told("Held by a rule", hold)
        if skus := self._mapped.unread.skus:
            yield Told("Products that are not known yet", ", ".join(skus), "rules")
        if built.status == HELD:
            for reason in built.reasons:
                if reason.code != "rule_hold":
                    said = reason.of_records(self._books.snapshot.platform)
                    yield Told("Waits", said.message, said.field)

    def _discounts(self) -> Iterator[Told]:
        """Where the order has any: they stand on lines of their own, or are taken off the goods."""
        order = self._mapped.order
        given = any(
            (line.full_net or line.net) > line.net or (line.full_gross or line.gross) > line.gross
            for line in order.lines
        )
        if not given and not self._mapped.rows.discounts:
            return
        if self._rules.posting.discounts == "separate":
            yield self._account(self._books.snapshot.accounts["discounts"], "Discounts")
        else:
            yield self._said("Discounts", said("Taken off the goods"), "posting.discounts")

    def _fee(self, fee: MappedFee) -> Iterator[Told]:
        yield self._account(fee.account)
        if fee.tax_type is not None:
            yield self._tax_type(fee.tax_type, fee.account)
        for rate, answer in sorted(fee.by_rate.items()):
            yield self._tax_type(
                answer, fee.account, said("Tax type at %(rate)s %%", rate=plain(rate))
            )

    def _item(self, line: Line, to: MappedLine) -> Iterator[Told]:
        if line.kind is not LineKind.GOODS:
            return
        if not to.names_item:
            yield self._said(ITEM, said("None"), to.item_source)
        elif item := self._books.item_of(line):
            yield Told(ITEM, item.code, "", "An item of Xero")

    def _tracking(self, to: Tracked, *, other: bool = False) -> Iterator[Told]:
        sources = dict(to.sources)
        for category, option in to.options:
            pair = ((category, option),)
            fits = partial(tracking_fits, self._books.snapshot, self._organisation, pair)
            title = said("Tracking %(category)s", category=category)
            if other:
                title = said("Tracking %(category)s of other lines", category=category)
            yield self._said(title, option, sources[category], wrong=self._wrong(fits))

    def _theme(self) -> Told:
        theme = self._mapped.theme
        if isinstance(theme, Unmapped):
            return self._unmapped("Branding theme", theme)
        names = {value: name for name, value in self._organisation.branding_themes.items()}
        name = names.get(theme.value, theme.value) or said("The organisation's own")
        return self._said("Branding theme", name, theme.source)

    def _account(self, answer: Resolution | Unmapped, what: str = "Account") -> Told:
        return self._checked(
            what, answer, lambda found: line_account_fits(self._organisation, found)
        )

    def _paid_into(self, answer: Answer, what: str) -> Told:
        if isinstance(answer, NotPosted):
            return self._said(what, said("None: a person enters it in Xero"), answer.source)
        return self._checked(what, answer, lambda found: payable_account(self._organisation, found))

    def _tax_type(
        self, answer: Resolution | Unmapped, account: Resolution | Unmapped, what: str = "Tax type"
    ) -> Told:
        if isinstance(answer, Unmapped):
            return self._unmapped(what, answer)
        known = None
        if isinstance(account, Resolution):
            known = self._organisation.accounts.get(account.value)
        rate = self._organisation.tax_rates.get(answer.value)
        wrong = self._wrong(lambda: tax_fits(self._organisation, known, answer))
        return self._told(what, answer, name=rate.name if rate else "", wrong=wrong)

    def _checked(
        self, what: str, answer: Resolution | Unmapped, check: Callable[[Resolution], object]
    ) -> Told:
        if isinstance(answer, Unmapped):
            return self._unmapped(what, answer)
        known = self._organisation.accounts.get(answer.value)
        wrong = self._wrong(lambda: check(answer))
        return self._told(what, answer, name=known.name if known else "", wrong=wrong)

    def _unmapped(self, what: str, answer: Unmapped) -> Told:
        return Told(what, said("Not mapped"), answer.field, wrong=answer.text)

    def _told(self, what: str, answer: Resolution, name: str = "", wrong: str = "") -> Told:
        return self._said(what, answer.value, answer.source, name=name, wrong=wrong)

    def _said(self, what: str, value: str, source: str, name: str = "", wrong: str = "") -> Told:
        return Told(what, value, source, place_of(self._rules, source), name, wrong)

    @staticmethod
    def _wrong(check: Callable[[], object]) -> str:
        """What a check holds for; "" where it does not."""
        try:
            check()
        except Hold as hold:
            return hold.reason.message
        return ""


def _written(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _date_source(built: Built) -> str:
    sources = dict(built.invoice.sources) if built.invoice else {}
    return sources.get("Date", "posting.date")


def _as_line(tax: str) -> str:
    return said("%(tax)s, as a line", tax=tax or said("Tax"))
