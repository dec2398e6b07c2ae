"""Whether the organisation lets us post to an account with a tax type (invariant I9). Pure.

Each check raises `Hold` with the configuration key to change. An organisation that is not
connected allows everything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from accounting.reasons import Hold
from accounts_mapping.rules.resolve import MappingSnapshot, Resolution, Unmapped
from accounts_mapping.rules.taxes import no_scope
from connector.lib.money import plain
from stores.canonical.order import Line
from xero.documents.facts import AccountFacts, OrganisationFacts

_MOST_NAMED = 5
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
            f"{organisation.called} has no account {answer.value}. Add it in Xero, or map "
            f"another as {answer.source}.",
            answer.source,
        )
    if facts.status != "ACTIVE":
        raise Hold(
            "account_archived",
            f"Account {answer.value} {facts.name} is archived in Xero. Restore it there, or map "
            f"another as {answer.source}.",
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


def discount_account(organisation: OrganisationFacts, answer: Resolution) -> AccountFacts | None:
    """As `line_account_fits`, of discounts: best of class REVENUE, being negative sales; one of
    class EXPENSE is taken where the tax of the line fits it."""
    facts = line_account_fits(organisation, answer)
    if facts is None or facts.account_class in ("REVENUE", "EXPENSE"):
        return facts
    raise Hold(
        "account_not_allowed",
        f"Discounts are negative sales: account {answer.value} {facts.name} must be of class "
        f"REVENUE, not {facts.account_class}. {_instead(organisation, answer, ())}",
        answer.source,
    )


def discount_fits(organisation: OrganisationFacts, answer: Resolution, tax_type: str) -> None:
    """Whether a discount on sales of this tax type may stand on the account of discounts."""
    facts = discount_account(organisation, answer)
    if facts is not None and barred(organisation, facts, tax_type):
        text = discount_barred(organisation, facts, answer, (tax_type,))
        raise Hold("tax_not_allowed", text, answer.source)
    tax_fits(organisation, facts, Resolution(tax_type, answer.source))


def barred(organisation: OrganisationFacts, account: AccountFacts, tax_type: str) -> bool:
    """Whether Xero does not let an active tax type be used with the account."""
    rate = organisation.tax_rates.get(tax_type)
    known = rate is not None and rate.status == "ACTIVE"
    return known and account.account_class not in rate.applies_to  # type: ignore[union-attr]


def discount_barred(
    organisation: OrganisationFacts, account: AccountFacts, answer: Resolution,
    tax_types: Sequence[str],
) -> str:  # fmt: skip
    """That discounts of these sales cannot be posted, and where they could be."""
    kind = "the tax type" if len(tax_types) == 1 else "the tax types"
    return (
        f"Discounts are negative sales: account {account.code or answer.value} {account.name} must "
        f"be of class REVENUE, not {account.account_class}, for {kind} {', '.join(tax_types)}, "
        f"which Xero does not allow with it. {_instead(organisation, answer, tax_types)}"
    )


def _instead(
    organisation: OrganisationFacts, answer: Resolution, tax_types: Sequence[str]
) -> str:  # fmt: skip
    """Accounts that discounts of these sales fit: those that are named for it first."""
    distinct = {one.account_id: one for one in organisation.accounts.values()}
    fitting = [
        one
        for one in distinct.values()
        if one.status == "ACTIVE" and one.account_class == "REVENUE" and not one.system_account
        and not any(barred(organisation, one, kind) for kind in tax_types)
    ]  # fmt: skip
    fitting.sort(key=lambda one: ("discount" not in one.name.casefold(), one.code, one.name))
    if not fitting:
        return f"Add an account of class REVENUE in Xero, and map it as {answer.source}."
    names = ", ".join(f"{one.code or one.account_id} {one.name}" for one in fitting[:_MOST_NAMED])
    return f"Map one of these as {answer.source}: {names}."


def payable_account(organisation: OrganisationFacts, answer: Resolution) -> tuple[str, bool]:
    """The account that a payment goes to: active, none of Xero's own, and taking payments."""
    facts = active_account(organisation, answer)
    if facts is not None and facts.system_account:
        raise system_account(facts, answer)
    if facts is not None and not facts.takes_payments:
        raise Hold(
            "payment_account_unfit",
            f"Account {answer.value} {facts.name} takes no payments. Enable payments to it in "
            f"Xero, or map a bank account as {answer.source}.",
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
            f"{what} can only be posted to an account of type BANK, which {answer.value} "
            f"{facts.name} is not. Map a bank account as {answer.source}, or enter it in Xero by "
            "hand.",
            answer.source,
        )
    if facts is not None and (facts.currency or organisation.base_currency) != currency:
        held_in = facts.currency or organisation.base_currency
        raise Hold(
            "bank_account_needed",
            f"{what} is in {currency}, and bank account {answer.value} {facts.name} is in "
            f"{held_in}. Map a bank account in {currency} as {answer.source}.",
            answer.source,
        )
    return account_target(organisation, answer.value)


def system_account(facts: AccountFacts, answer: Resolution) -> Hold:
    """The hold for one of the accounts that Xero keeps for itself."""
    return Hold(
        "account_not_allowed",
        f"Account {answer.value} {facts.name} is one of Xero's system accounts, which cannot be "
        f"posted to. Map another as {answer.source}.",
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
            f"{organisation.called} has no active tax type {answer.value}. Choose another at "
            f"{answer.source}.",
            answer.source,
        )
    if account is not None and account.account_class not in rate.applies_to:
        raise Hold(
            "tax_not_allowed",
            f"Xero does not allow tax type {answer.value} with account {account.code} "
            f"{account.name} (class {account.account_class}). Change one of the two.",
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
    text = (
        f"{line.name}: the shop does not state its tax, and the rate of its tax type is not known. "
        "Connect the organisation, or name the rate under tax.rates."
    )
    return Hold("tax_rate_unknown", text, "tax.rates")


def same_rate(answer: Resolution, effective: Decimal, charged: Decimal, title: str) -> None:
    """Hold where the type's rate is not what the shop charged, unless said to be meant."""
    if effective == charged or answer.as_charged:
        return
    raise Hold(
        "tax_rate_differs",
        f"{title or 'A line'}: the shop charged {plain(charged.normalize())} %, but tax type "
        f"{answer.value} is {plain(effective.normalize())} %. Choose another type at "
        f"{answer.source}, or say as_charged: true in a tax rule if this is meant.",
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
                f"Xero has no tracking option {pair[1]} in the category {pair[0]}. Add it in "
                "Xero, or choose posting.tracking_options: create.",
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
