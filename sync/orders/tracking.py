"""Tracking that Xero lacks, created before the first document that names it is written.

A flow for `posting.tracking_options: create`, run between building and writing, outside any
transaction. What counts in the end is what Xero lists afterwards: an option that somebody else
made meanwhile, a refusal because it exists, and a lost answer all come to the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from accounting.plan.plan import documents_of
from accounting.postable import tracked
from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.errors import ConnectorError, Rejected, Temporary
from connector.lib.texts.said import said
from sync.orders.work import OrderWork
from xero import reference
from xero.api.gateway import Gateway, render
from xero.documents.documents import InvoiceUpdate
from xero.documents.facts import OrganisationFacts, TrackingFacts
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
Pair = tuple[str, str]
# Xero's own limit of active categories.
MOST_CATEGORIES = 2
_ASK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why tracking is not there. `again` is when to ask anew; None waits for a person."""

    reason: Reason
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Provided:
    """What Xero has now, and the orders that are held for what it has not: by key, with when
    to build each again; None waits for a person."""

    facts: OrganisationFacts
    held: dict[int, datetime | None]

    @property
    def again(self) -> dict[int, datetime]:
        return {order: moment for order, moment in self.held.items() if moment is not None}


def provide(
    organisation: Organisation, facts: OrganisationFacts, works: Sequence[OrderWork]
) -> Provided | None:
    """Create what the built documents name and Xero lacks; hold the orders whose is not there.

    None where nothing is lacking. Otherwise the orders are to be built again: with what Xero
    has now, and without leaning on what only a held order would bring.
    """
    wanted = {work.row.pk: _named(work) for work in works}
    missing = {pair for pairs in wanted.values() for pair in pairs if not tracked(facts, pair)}
    if not missing:
        return None
    facts, failures = _create(organisation, sorted(missing))
    held: dict[int, datetime | None] = {}
    for work in works:
        failed = [failures[pair] for pair in wanted.get(work.row.pk, ()) if pair in failures]
        if failed:
            work.hold(failed[0].reason)
            held[work.row.pk] = failed[0].again
    return Provided(facts, held)


def _named(work: OrderWork) -> list[Pair]:
    """Categories and options on the lines of the documents that are to be sent."""
    if work.built is None:
        return []
    pairs: dict[Pair, None] = {}
    for part in work.parts:
        for line in part.lines:
            pairs |= dict.fromkeys(line.tracking)
    for document in documents_of(work.built, work.plan):
        body = document.invoice if isinstance(document, InvoiceUpdate) else document
        for line in getattr(body, "lines", ()):
            pairs |= dict.fromkeys(line.tracking)
    return list(pairs)


def _create(
    organisation: Organisation, missing: Sequence[Pair]
) -> tuple[OrganisationFacts, dict[Pair, _Failure]]:
    """Create each; afterwards Xero's own list says which are there."""
    gateway = Gateway(organisation, Lane.LIVE)
    errors: dict[Pair, ConnectorError] = {}
    trouble: ConnectorError | None = None
    for pair in missing:
        if trouble is None:
            try:
                _create_one(organisation, gateway, *pair)
            except Rejected as error:
                errors[pair] = error
                continue
            except ConnectorError as error:
                trouble = error
        if trouble is not None:
            errors[pair] = trouble
    try:
        reference.refresh_tracking(organisation)
    except ConnectorError as error:
        log.info("tracking.not_read", organisation_id=organisation.pk, error=str(error))
        errors |= {pair: error for pair in missing if pair not in errors}
    facts = organisation.facts()
    lacking = [pair for pair in missing if not tracked(facts, pair)]
    return facts, {pair: _failure(organisation, pair, errors.get(pair)) for pair in lacking}


def _create_one(organisation: Organisation, gateway: Gateway, name: str, option: str) -> None:
    """One option, and its category where that is lacking too."""
    category = _category(organisation, name)
    if category is None:
        _check_room(organisation)
        _put(gateway, "tracking_categories", name)
        reference.refresh_tracking(organisation)
        category = _category(organisation, name)
    if category is not None:
        _put(gateway, "tracking_options", option, category.category_id)


def _check_room(organisation: Organisation) -> None:
    """Refuse, without a call, what Xero would: a third active category."""
    known = organisation.facts().tracking.values()
    active = sorted(category.name for category in known if category.status == "ACTIVE")
    if len(active) >= MOST_CATEGORIES:
        text = said(
            "it has %(names)s, and no more than %(most)s categories can be active",
            names=" and ".join(active),
            most=MOST_CATEGORIES,
        )
        raise Rejected(text, code="tracking_invalid")


def _category(organisation: Organisation, name: str) -> TrackingFacts | None:
    known = organisation.facts().tracking.values()
    active = (category for category in known if category.status == "ACTIVE")
    return next((one for one in active if one.name.casefold() == name.casefold()), None)


def _put(gateway: Gateway, kind: str, name: str, parent: str | None = None) -> None:
    gateway.write(kind, "PUT", render({"Name": name}), uuid.uuid4().hex, parent)
    log.info("tracking.created", kind=kind, name=name)


def _failure(organisation: Organisation, pair: Pair, error: ConnectorError | None) -> _Failure:
    name, option = pair
    if isinstance(error, Rejected):
        told = "; ".join(error.texts) or error.args[0]
        text = said(
            "%(organisation)s has no tracking option %(option)s in the category %(name)s, and Xero "
            "does not take it: %(told)s. Change the tracking, or the categories in Xero.",
            organisation=organisation.name,
            option=option,
            name=name,
            told=told,
        )
        return _Failure(Reason("tracking_unknown", text, "posting.tracking_options"))
    wait = timedelta(seconds=(error.retry_after or 0) if isinstance(error, Temporary) else 0)
    text = said(
        "The tracking option %(option)s in the category %(name)s is to be created in Xero first. "
        "It is tried again: %(error)s",
        option=option,
        name=name,
        error=str(error or "") or said("Xero does not list it yet."),
    )
    reason = Reason("tracking_waits", text, "posting.tracking_options")
    return _Failure(reason, clock.now() + max(wait, _ASK_AGAIN))
