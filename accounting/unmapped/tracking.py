"""Tracking that a store's rules name and its organisation lacks: said before an order is held for
it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from accounting.postable import tracked
from accounts_mapping.rules.schema import StoreRules
from connector.lib.texts.said import at_field, said
from xero.documents.facts import OrganisationFacts


def misfits(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """What holds orders by the store's `posting.tracking_options`."""
    policy = rules.posting.tracking_options
    lacking = list(_lacking_categories(rules, organisation))
    active = _active_categories(organisation)
    wanted = {name.casefold() for _, name in lacking}
    if policy == "hold":
        yield from _lacking_options(rules, organisation)
    for path, _ in lacking:
        if policy == "hold":
            yield at_field(
                path, said("%(called)s has no such category.", called=organisation.called)
            )
        elif policy == "create" and len(active) + len(wanted) > 2:
            text = said(
                "%(called)s has no such category, and cannot get it: of the two that can be active "
                "it has %(names)s.",
                called=organisation.called,
                names=" and ".join(active),
            )
            yield at_field(path, text)


def doubts(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """What is left out."""
    if organisation.connected and rules.posting.tracking_options == "skip":
        for path, _ in _lacking_categories(rules, organisation):
            text = said(
                "%(called)s has no such category; it is left out.", called=organisation.called
            )
            yield at_field(path, text)


def _named(rules: StoreRules) -> Iterator[tuple[str, str, str]]:
    """Path, category and option of all that is named."""
    for name, option in rules.tracking.items():
        yield f"tracking.{name}", name, option
    for index, rule in enumerate(rules.rules):
        for name, option in (rule.tracking or {}).items():
            yield f"rules[{index}].tracking.{name}", name, option


def _lacking_categories(
    rules: StoreRules, organisation: OrganisationFacts
) -> Iterator[tuple[str, str]]:
    """Path and name of each tracking category that is not an active one of the organisation."""
    active = {name.casefold() for name in _active_categories(organisation)}
    for path, name, _ in _named(rules):
        if name.casefold() not in active:
            yield path, name


def _lacking_options(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """Options that are the same for every order, and that an active category lacks."""
    active = {name.casefold() for name in _active_categories(organisation)}
    for path, name, option in _named(rules):
        fixed = name.casefold() in active and "{" not in option
        if fixed and tracked(organisation, (name, option)) is None:
            text = said(
                "%(called)s has no option %(option)s in %(name)s.",
                called=organisation.called,
                option=option,
                name=name,
            )
            yield at_field(path, text)


def _active_categories(organisation: OrganisationFacts) -> list[str]:
    return sorted(one.name for one in organisation.tracking.values() if one.status == "ACTIVE")
