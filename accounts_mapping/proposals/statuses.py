"""Statuses of the shop by what they cause: the platform's own, and others by their names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from accounts_mapping.proposals.proposal import MappingProposal, StoreProposals, Sure, plain_words
from accounts_mapping.rules.schema import StoreRules
from connector.lib.texts.said import said
from stores.profile import PlatformProfile

_ITEMS = {
    "invoice": said("Statuses whose orders are posted"),
    "reverse": said("Statuses that take a sale back"),
    "refunded": said("Statuses that give the money back"),
    "paid": said("Statuses that mean paid"),
}
# Names, in English, of statuses of a merchant's own.
_MEANS = {
    "invoice": (
        "processing", "processed", "complete", "completed", "shipped", "paid", "delivered", "sent",
        "dispatched", "partially shipped", "ready for pickup",
    ),
    "reverse": ("canceled", "cancelled", "declined", "denied", "failed", "voided", "expired"),
    "refunded": ("refunded", "chargeback", "reversed"),
    "paid": ("processing", "processed", "complete", "completed", "shipped", "paid", "delivered"),
}  # fmt: skip


def statuses(
    rules: StoreRules, platform: PlatformProfile, named: Iterable[tuple[str, str]],
    seen: Mapping[str, int],
) -> StoreProposals:  # fmt: skip
    """What is not set yet. `named` are the shop's statuses with their names, `seen` how many orders
    had each. Of a section that names all four, as pages keep it, an empty one may never have been
    thought of; one that names some means the others."""
    found = StoreProposals()
    by_code = dict(named) | {code: code for code in seen if code}
    by_code |= dict(named)
    own = {name: tuple(codes) for name, codes in asdict(platform.statuses).items() if codes}
    named_ones = rules.statuses.model_fields_set
    meant = set() if named_ones >= _ITEMS.keys() else named_ones
    for key, item in _ITEMS.items():
        if getattr(rules.statuses, key) or key in meant:
            continue
        value, why, sure = _of_platform(own.get(key, ()), by_code, platform)
        if not value:
            value, why, sure = _by_name(key, by_code)
        if value:
            shown = ", ".join(by_code.get(code, code) for code in value)
            found.proposals.append(
                MappingProposal(("statuses", key), list(value), item, shown, why, sure)
            )
    return found


def _of_platform(
    own: tuple[str, ...], by_code: Mapping[str, str], platform: PlatformProfile
) -> tuple[tuple[str, ...], str, Sure]:
    """The platform's own, as far as this shop still has them."""
    here = tuple(code for code in own if not by_code or code in by_code)
    why = said("%(platform)s's own statuses, as it delivers them.", platform=platform.label)
    return here, why, Sure.CERTAIN


def _by_name(key: str, by_code: Mapping[str, str]) -> tuple[tuple[str, ...], str, Sure]:
    words = _MEANS[key]
    here = tuple(code for code, name in by_code.items() if plain_words(name) in words)
    return here, said("By the names that the shop gives its statuses."), Sure.LIKELY
