"""Whether the organisation lets us post to an account with a tax type (invariant I9). Pure.

Each check raises `Hold` with the configuration key to change. An organisation that is not
connected allows everything.
"""

from __future__ import annotations

import re
from decimal import Decimal

from accounting.reasons import Hold
from accounts_mapping.rules.resolve import MappingSnapshot, Resolution, Unmapped
from accounts_mapping.rules.taxes import no_scope
from connector.lib.texts.said import figure, said
from stores.canonical.order import Line
from xero.documents.facts import AccountFacts, OrganisationFacts

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def found(answer: Resolution | Unmapped) -> Resolution:
    """The resolution, or a hold that says what is unmapped."""
    if isinstance(answer, Unmapped):
        raise Hold(answer.code, answer.text, answer.field)
    return answer


def out_of_scope(snapshot: MappingSnapshot, title: str) -> Resolution:
    """The tax type for what is no sale; holds what `title` names where none is mapped."""
    return found(snapshot.scope or no_scope(title))


def account_target(organisation: OrganisationFacts, account: str) -> tuple[str, bool]:
    """How a line or payment names the account: (code, False), or (AccountID, True)."""
    facts = organisation.accounts.get(account)
    if facts is None:
        return account, bool(_GUID.fullmatch(account))
    return (facts.code, False) if facts.code else (facts.account_id, True)


def active_account(organisation: OrganisationFacts, answer: Resolution) -> AccountFacts | None:
    """The account behind a mapping, proved to exist and to be active; None if unconnected."""
    if not organisation.connected:
        return None
    facts = organisation.accounts.get(answer.value)
    if facts is None:
        raise Hold(
            "account_unknown",
            said(
                "%(called)s has no account %(value)s. Add it in Xero, or map another as "
                "%(source)s.",
                called=organisation.called,
                value=answer.value,
                source=answer.source,
            ),
            answer.source,
        )
    if facts.status != "ACTIVE":
        raise Hold(
            "account_archived",
            said(
                "Account %(value)s %(name)s is archived in Xero. Restore it there, or map another "
                "as %(source)s.",
                value=answer.value,
                name=facts.name,
                source=answer.source,
            ),
            answer.source,
        )
    return facts


def line_account_fits(organisation: OrganisationFacts, answer: Resolution) -> AccountFacts | None:
    """As `active_account`, and not one that Xero keeps for itself; rounding lines alone may
    use Xero's rounding account."""
    facts = active_account(organisation, answer)
    if facts is None:
        return None
    rounding = facts.system_account == "ROUNDING" and answer.source == "accounts.rounding"
    if facts.system_account and not rounding:
        raise system_account(facts, answer)
    return facts


def payable_account(organisation: OrganisationFacts, answer: Resolution) -> tuple[str, bool]:
    """The account that a payment goes to: active, none of Xero's own, and taking payments."""
    facts = active_account(organisation, answer)
    if facts is not None and facts.system_account:
        raise system_account(facts, answer)
    if facts is not None and not facts.takes_payments:
        raise Hold(
            "payment_account_unfit",
            said(
                "Account %(value)s %(name)s takes no payments. Enable payments to it in Xero, or "
                "map a bank account as %(source)s.",
                value=answer.value,
                name=facts.name,
                source=answer.source,
            ),
            answer.source,
        )
    return account_target(organisation, answer.value)


def bank_account(
    organisation: OrganisationFacts, answer: Resolution, currency: str, what: str
) -> tuple[str, bool]:
    """The account of a bank transaction: active, of type BANK, and of the money's currency."""
    facts = active_account(organisation, answer)
    if facts is not None and facts.type != "BANK":
        raise Hold(
            "bank_account_needed",
            said(
                "%(what)s can only be posted to an account of type BANK, which %(value)s %(name)s "
                "is not. Map a bank account as %(source)s, or enter it in Xero by hand.",
                what=what,
                value=answer.value,
                name=facts.name,
                source=answer.source,
            ),
            answer.source,
        )
    if facts is not None and (facts.currency or organisation.base_currency) != currency:
        held_in = facts.currency or organisation.base_currency
        raise Hold(
            "bank_account_needed",
            said(
                "%(what)s is in %(currency)s, and bank account %(value)s %(name)s is in "
                "%(held_in)s. Map a bank account in %(currency)s as %(source)s.",
                what=what,
                currency=currency,
                value=answer.value,
                name=facts.name,
                held_in=held_in,
                source=answer.source,
            ),
            answer.source,
        )
    return account_target(organisation, answer.value)


def system_account(facts: AccountFacts, answer: Resolution) -> Hold:
    """The hold for one of the accounts that Xero keeps for itself."""
    return Hold(
        "account_not_allowed",
        said(
            "Account %(value)s %(name)s is one of Xero's system accounts, which cannot be posted "
            "to. Map another as %(source)s.",
            value=answer.value,
            name=facts.name,
            source=answer.source,
        ),
        answer.source,
    )


def tax_fits(
    organisation: OrganisationFacts, account: AccountFacts | None, answer: Resolution
) -> None:
    """The tax type exists, is active, and may be used with the account's class."""
    if not organisation.connected:
        return
    rate = organisation.tax_rates.get(answer.value)
    if rate is None or rate.status != "ACTIVE":
        raise Hold(
            "tax_type_unknown",
            said(
                "%(called)s has no active tax type %(value)s. Choose another at %(source)s.",
                called=organisation.called,
                value=answer.value,
                source=answer.source,
            ),
            answer.source,
        )
    if account is not None and account.account_class not in rate.applies_to:
        raise Hold(
            "tax_not_allowed",
            said(
                "Xero does not allow tax type %(value)s with account %(code)s %(name)s (class "
                "%(account_class)s). Change one of the two.",
                value=answer.value,
                code=account.code,
                name=account.name,
                account_class=account.account_class,
            ),
            answer.source,
        )


def effective_rate(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, tax_type: str, charged: Decimal
) -> Decimal:
    """The tax type's percentage: Xero's, else the configuration's, else the shop's."""
    if organisation.connected:
        known = organisation.tax_rates.get(tax_type)
        return known.effective_rate if known else charged
    return snapshot.rules.tax.rates.get(tax_type, charged)


def no_rate(line: Line) -> Hold:
    """Of a line whose tax the shop does not state, and whose type's rate nobody knows."""
    text = said(
        "%(name)s: the shop does not state its tax, and the rate of its tax type is not known. "
        "Connect the organisation, or name the rate under tax.rates.",
        name=line.name,
    )
    return Hold("tax_rate_unknown", text, "tax.rates")


def same_rate(answer: Resolution, effective: Decimal, charged: Decimal, title: str) -> None:
    """Hold where the type's rate is not what the shop charged, unless said to be meant."""
    if effective == charged or answer.as_charged:
        return
    raise Hold(
        "tax_rate_differs",
        said(
            "%(title)s: the shop charged %(charged)s %%, but tax type %(value)s is %(effective)s "
            "%%. Choose another type at %(source)s, or say as_charged: true in a tax rule if this "
            "is meant.",
            title=title or said("A line"),
            charged=figure(charged.normalize()),
            value=answer.value,
            effective=figure(effective.normalize()),
            source=answer.source,
        ),
        answer.source,
    )


def untaxed_type(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    account: AccountFacts | None,
    answer: Resolution,
    title: str,
) -> str:
    """A type that must bear no tax, proved to fit the account: for rounding and the like."""
    tax_fits(organisation, account, answer)
    rate = effective_rate(snapshot, organisation, answer.value, Decimal(0))
    same_rate(answer, rate, Decimal(0), title)
    return answer.value


def tracking_fits(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    wanted: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, str], ...]:
    """The tracking to post, by posting.tracking_options: `create` keeps what Xero lacks,
    `skip` leaves it out, `hold` raises. What Xero has is named as Xero writes it."""
    if not organisation.connected:
        return wanted
    policy = snapshot.rules.posting.tracking_options
    kept: list[tuple[str, str]] = []
    for pair in wanted:
        known = tracked(organisation, pair)
        if known is None and policy == "hold":
            raise Hold(
                "tracking_unknown",
                said(
                    "Xero has no tracking option %(option)s in the category %(category)s. Add it "
                    "in Xero, or choose posting.tracking_options: create.",
                    option=pair[1],
                    category=pair[0],
                ),
                "posting.tracking_options",
            )
        if known is not None or policy == "create":
            kept.append(known or pair)
    return tuple(kept)


def tracked(organisation: OrganisationFacts, pair: tuple[str, str]) -> tuple[str, str] | None:
    """An active category and option as Xero writes them, whatever the case; None: lacking."""
    name, option = (text.casefold() for text in pair)
    for category in organisation.tracking.values():
        if category.status == "ACTIVE" and category.name.casefold() == name:
            for known in category.options:
                if known.casefold() == option:
                    return category.name, known
    return None
