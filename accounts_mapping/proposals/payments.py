"""Payment methods to accounts: well-known gateways to clearing accounts, the rest by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts_mapping.proposals.codes import free_code
from accounts_mapping.proposals.gateways import PaymentGateway, Way, gateway_of
from accounts_mapping.proposals.proposal import (
    MappingProposal,
    NewAccount,
    NoProposal,
    Path,
    StoreProposals,
    Sure,
    by_name,
    called,
    named_by,
    plain_words,
    usable,
)
from accounts_mapping.rules.schema import NO_PAYMENT, StoreRules
from connector.lib.texts.said import said
from xero.documents.facts import AccountFacts, OrganisationFacts

_FEED = said(
    "It is a bank account: where it has a bank feed, match the feed's lines with these payments "
    "and do not enter them again."
)
_CLEARING_FROM = 870


@dataclass(frozen=True, slots=True)
class Method:
    """A payment method of the shop; `orders` that were seen with it, in which currencies, and the
    number of one."""

    code: str
    title: str = ""
    orders: int = 0
    currencies: tuple[str, ...] = ()
    sample: str = ""

    @property
    def item(self) -> str:
        return (
            f"{self.title} ({self.code})" if self.title and self.title != self.code else self.code
        )


def payments(
    rules: StoreRules, organisation: OrganisationFacts, methods: Iterable[Method]
) -> StoreProposals:
    """An account for each method that is not mapped, the most used first."""
    found = StoreProposals()
    listed = [one for one in usable(organisation) if one.takes_payments]
    for method in sorted(methods, key=lambda one: (-one.orders, one.code)):
        if not is_mapped(rules, method):
            _one(found, method, organisation, listed)
    return found


def is_mapped(rules: StoreRules, method: Method) -> bool:
    """Whether money of the method has an answer, as `payment_account` looks it up."""
    table = rules.payment_accounts
    names = (method.code, method.code.partition(".")[0], method.title, "*")
    return any(name in table for name in names)


def _one(
    found: StoreProposals,
    method: Method,
    organisation: OrganisationFacts,
    listed: list[AccountFacts],
) -> None:
    path: Path = ("payment_accounts", method.code)
    gateway = gateway_of(method.code, method.title)
    if gateway is not None and gateway.way in (Way.NOTHING, Way.INVOICE):
        found.proposals.append(_by_hand(path, method, gateway))
        return
    if gateway is not None and gateway.way is Way.TRANSFER:
        _transfer(found, path, method, organisation, listed)
        return
    name = gateway.name if gateway else method.title or method.code
    words = (f"{name} clearing", name, *(gateway.words if gateway else ()))
    fitting = by_name(listed, words, lambda one: not one.currency or _in_books(one, organisation))
    if fitting:
        found.proposals.append(_account(path, method, name, fitting, known=gateway is not None))
        return
    _missing(found, method, organisation, name, gateway)


def _account(
    path: Path, method: Method, name: str, fitting: list[AccountFacts], *, known: bool
) -> MappingProposal:
    """A clearing account before a bank account of the same name."""
    ranked = sorted(fitting, key=lambda one: "clearing" not in plain_words(one.name))
    chosen = ranked[0]
    clearing = "clearing" in plain_words(chosen.name)
    why = (
        said("It is named for %(name)s and is a clearing account.", name=name)
        if clearing
        else said("It is named for %(name)s.", name=name)
    )
    if chosen.type == "BANK" and not clearing:
        why = said("%(why)s %(more)s", why=why, more=_FEED)
    alone = sum("clearing" in plain_words(one.name) for one in ranked) == 1
    sure = Sure.CERTAIN if known and clearing and alone else Sure.LIKELY
    return MappingProposal(path, named_by(chosen), method.item, called(chosen), why, sure)


def _by_hand(path: Path, method: Method, gateway: PaymentGateway) -> MappingProposal:
    if gateway.way is Way.NOTHING:
        why = said("Nothing is paid with it, so there is no payment to post.")
        return MappingProposal(path, NO_PAYMENT, method.item, said("No payment"), why, Sure.LIKELY)
    why = said("It is paid later, by the invoice: the payment is entered in Xero when it arrives.")
    shown = said("No payment: the invoice stays open")
    return MappingProposal(path, NO_PAYMENT, method.item, shown, why, Sure.GUESS)


def _transfer(
    found: StoreProposals, path: Path, method: Method, organisation: OrganisationFacts,
    listed: list[AccountFacts],
) -> None:  # fmt: skip
    """Transfers arrive on the bank account itself: that in the books' currency which is no
    provider's and no savings."""
    banks = [
        one for one in listed
        if one.type == "BANK" and _in_books(one, organisation) and not _is_providers(one)
    ]  # fmt: skip
    if not banks:
        text = said("A transfer arrives on a bank account, and the organisation has none for it.")
        found.gaps.append(NoProposal(path, method.item, text))
        return
    chosen = banks[0]
    others = ", ".join(called(one) for one in banks[1:4])
    arrives = said("The transfer arrives on this bank account.")
    why = said("%(why)s %(more)s", why=arrives, more=_FEED)
    if others:
        fit = said("%(others)s would also fit.", others=others)
        why = said("%(why)s %(more)s", why=why, more=fit)
    sure = Sure.LIKELY
    found.proposals.append(
        MappingProposal(path, named_by(chosen), method.item, called(chosen), why, sure)
    )


def _in_books(account: AccountFacts, organisation: OrganisationFacts) -> bool:
    return (account.currency or organisation.base_currency) == organisation.base_currency


def _is_providers(account: AccountFacts) -> bool:
    name = plain_words(account.name)
    other = ("clearing", "saving", "credit card", "loan", "deposit", "undeposited")
    known = gateway_of(account.name, "")
    return any(word in name for word in other) or (known is not None and known.way is Way.GATEWAY)


def _missing(
    found: StoreProposals, method: Method, organisation: OrganisationFacts, name: str,
    gateway: PaymentGateway | None,
) -> None:  # fmt: skip
    """A clearing account that could be made: one for each provider, whatever its methods are."""
    account = f"{name} Clearing"[:150]
    if any(one.name == account for one in found.missing):
        return
    if any(one.name.casefold() == account.casefold() for one in organisation.accounts.values()):
        text = said(
            "%(account)s is in Xero, and takes no payments or is archived: enable it there.",
            account=account,
        )
        found.gaps.append(NoProposal(("payment_accounts", method.code), method.item, text))
        return
    until = (
        said("what is collected")
        if gateway and gateway.way is Way.COLLECTED
        else said("what is paid out")
    )
    found.missing.append(
        NewAccount(
            free_code(organisation, _CLEARING_FROM, found.missing),
            account,
            "CURRENT",
            method.item,
            said(
                "No account is named for %(name)s. Payments stand on a clearing account until "
                "%(what)s reaches the bank.",
                name=name,
                what=until,
            ),
            payments=True,
        )
    )
