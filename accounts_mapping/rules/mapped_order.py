"""What the rules of its store say of one order, answered once: a value, and pure.

Whoever posts, shows or compares the order reads this value, and asks the rules nothing more.
Each answer names the configuration key that gave it. What is not mapped stands in it as
`Unmapped`, and is told of where it is needed: nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from accounts_mapping.rules.due import Due
from accounts_mapping.rules.mapped_lines import MappedLine, map_lines
from accounts_mapping.rules.resolve import (
    Answer,
    MappingSnapshot,
    Resolution,
    Rules,
    Unmapped,
    matching_rules,
    on_line,
    order_rules,
    payment_account,
)
from accounts_mapping.rules.texts import Texts, Tracked
from accounts_mapping.rules.total_rows import NO_ROWS, SortedRows, as_mapped, meanings_of, sort_rows
from accounts_mapping.rules.unread import PassedBy, passed_by
from connector.lib.texts.said import said
from stores.canonical.order import Order
from xero.documents.contact_details import clean_name
from xero.documents.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class Terms:
    """When an invoice is due, and the key that says so."""

    due: Due
    source: str


@dataclass(frozen=True, slots=True)
class Naming:
    """What the contact of an order is called: the templates of the store, filled.

    `rule` is the name that a rule gives it, cleaned; `ruled` is whether a rule has one to give,
    though it may come to nothing.
    """

    rule: Resolution | None
    ruled: bool
    name: str
    guest: str
    summary: str

    @property
    def source(self) -> str:
        """The configuration key that decides whom the order is posted to."""
        return self.rule.source if self.rule is not None else "contacts.strategy"


@dataclass(frozen=True, slots=True)
class MappedOrder:
    """All answers about one order.

    `order` is as the shop has it, its refunds without what is mapped as no tender. `hold` is
    the text of the rule that holds it. `lines` are its lines in their order, `tracking` is that
    of what is no line of the shop's. `methods` are the accounts of money by method and
    currency, as far as the order names them; `meanings` those of its total rows by code.
    `unread` are products that a rule would have had to know.
    """

    order: Order
    rows: SortedRows
    lines: tuple[MappedLine, ...]
    tracking: Tracked
    meanings: Mapping[str, object]
    hold: Resolution | None
    status: Resolution
    terms: Terms
    reference: Resolution
    theme: Resolution | Unmapped
    naming: Naming
    methods: Mapping[tuple[str, str], Answer]
    unread: PassedBy


def map_order(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order
) -> MappedOrder:
    """Ask the rules everything about an order."""
    matching, texts = matching_rules(snapshot, order), Texts(snapshot, order)
    rules = order_rules(matching, order)
    posting = snapshot.rules.posting
    return MappedOrder(
        order=as_mapped(snapshot, order),
        rows=sort_rows(snapshot, organisation, order),
        lines=map_lines(snapshot, organisation, order, matching, texts),
        tracking=texts.tracking(tuple(one for one in rules if not on_line(one[1].when))),
        meanings=meanings_of(snapshot, order),
        hold=_hold(rules),
        status=_status(snapshot, rules),
        terms=_terms(snapshot, rules),
        reference=Resolution(texts.render(posting.reference), "posting.reference"),
        theme=_theme(snapshot, organisation),
        naming=_naming(snapshot, rules, texts),
        methods=_methods(snapshot, order),
        unread=passed_by(snapshot, organisation, order),
    )


def map_returned(
    mapped: MappedOrder, snapshot: MappingSnapshot, organisation: OrganisationFacts, returned: Order
) -> MappedOrder:
    """The same of what a refund gave back, `returned`: by the rules that the whole order goes by,
    whatever the refund comes to."""
    matching, texts = matching_rules(snapshot, mapped.order), Texts(snapshot, returned)
    lines = map_lines(snapshot, organisation, returned, matching, texts)
    return replace(mapped, order=returned, rows=NO_ROWS, lines=lines)


def naming_of(snapshot: MappingSnapshot, order: Order) -> Naming:
    """The contact's naming alone, where nothing else of the order is asked for."""
    rules = order_rules(matching_rules(snapshot, order), order)
    return _naming(snapshot, rules, Texts(snapshot, order))


def _naming(snapshot: MappingSnapshot, rules: Rules, texts: Texts) -> Naming:
    contacts = snapshot.rules.contacts
    given = [(index, rule.contact) for index, rule in rules if rule.contact]
    return Naming(
        rule=_first_name(given, texts),
        ruled=bool(given),
        name=texts.render(contacts.name),
        guest=texts.render(contacts.guest),
        summary=texts.render(contacts.summary),
    )


def _first_name(given: Iterable[tuple[int, str]], texts: Texts) -> Resolution | None:
    for index, template in given:
        if name := clean_name(texts.render(template)):
            return Resolution(name, f"rules[{index}].contact")
    return None


def _hold(rules: Rules) -> Resolution | None:
    """The first rule that asks to hold the order."""
    for index, rule in rules:
        if rule.hold:
            return Resolution(rule.hold, f"rules[{index}].hold")
    return None


def _status(snapshot: MappingSnapshot, rules: Rules) -> Resolution:
    """The status to post the invoice with: a rule's approval, or its wish for one, goes over
    the store's own."""
    for index, rule in rules:
        if rule.approve is not None:
            return Resolution("AUTHORISED" if rule.approve else "DRAFT", f"rules[{index}].approve")
    return Resolution(snapshot.rules.posting.status, "posting.status")


def _terms(snapshot: MappingSnapshot, rules: Rules) -> Terms:
    for index, rule in rules:
        if rule.due_days is not None:
            return Terms(rule.due_days, f"rules[{index}].due_days")
    return Terms(snapshot.rules.posting.due_days, "posting.due_days")


def _theme(snapshot: MappingSnapshot, organisation: OrganisationFacts) -> Resolution | Unmapped:
    """The branding theme by its id; as it is written where nobody knows those of Xero."""
    field = "posting.branding_theme"
    theme = snapshot.rules.posting.branding_theme or ""
    themes = organisation.branding_themes
    if not theme or not organisation.connected:
        return Resolution(theme, field)
    if theme in themes:
        return Resolution(themes[theme], field)
    if theme in themes.values():
        return Resolution(theme, field)
    text = said(
        "%(name)s has no branding theme %(theme)s. Choose one that it has as "
        "posting.branding_theme.",
        name=organisation.name,
        theme=theme,
    )
    return Unmapped("branding_theme_unknown", text, field)


def _methods(snapshot: MappingSnapshot, order: Order) -> dict[tuple[str, str], Answer]:
    """The accounts of every method that the order or its refunds name, in its own currency and
    in that of its shop's books."""
    methods = {refund.method: "" for refund in order.refunds}
    methods |= {one.method: one.title for one in order.payments}
    methods[order.payment_method] = order.payment_title
    currencies = {order.currency, order.base_currency}
    return {
        (method, currency): payment_account(snapshot, method, currency, title)
        for method, title in methods.items()
        for currency in currencies
    }
