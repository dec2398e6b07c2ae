"""How the connections are: a word, a shape and a sentence for each store and organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from connector.lib import clock
from connector.pages.calls import Calls, calls_left
from connector.pages.parts import core_texts
from connector.templatetags.pages import ago, until
from stores.models import Cursor, Store
from xero.models import Organisation, TokenSet


@dataclass(frozen=True, slots=True)
class Health:
    """`shape` is the class of the label in the stylesheet."""

    shape: str
    label: str
    says: str
    of_xero: bool = False  # told of a store, and mended at Xero

    @property
    def bad(self) -> bool:
        return self.shape in ("dead", "held")


@dataclass(frozen=True, slots=True)
class OrganisationHealth:
    organisation: Organisation
    health: Health
    calls: Calls | None

    @property
    def name(self) -> str:
        return str(self.organisation)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    store: Store
    health: Health

    @property
    def name(self) -> str:
        return str(self.store)


def organisations_health() -> list[OrganisationHealth]:
    """All organisations with the names of their stores, four queries."""
    names = Prefetch("stores", Store.objects.only("name", "organisation_id"))
    organisations = list(
        Organisation.objects.select_related("token_set__app").prefetch_related(names)
    )
    calls = calls_left(organisations)
    return [
        OrganisationHealth(organisation, of_organisation(organisation), calls.get(organisation.pk))
        for organisation in organisations
    ]


def of_organisation(organisation: Organisation) -> Health:
    tokens = organisation.token_set
    if organisation.connected and tokens and tokens.state == TokenSet.State.RECONNECT:
        return Health("dead", _("Reconnect"), organisation.unavailable_reason())
    if why := organisation.unavailable_reason():
        return Health("held", _("Not connected"), why)
    parked = organisation.parked_until
    if parked is not None and parked > clock.now():
        why = organisation.parked_reason or _("Xero takes no calls for now.")
        return Health(
            "unknown",
            _("Parked"),
            _("%(why)s Goes on %(when)s.") % {"why": why, "when": until(parked)},
        )
    missing = organisation.missing_scopes()
    if missing:
        off = ", ".join(map(core_texts.shown, missing.values()))
        return Health(
            "held",
            _("Partly"),
            _("Off, because Xero gave no right for it: %(off)s.") % {"off": off},
        )
    if organisation.reference_refreshed_at is None:
        return Health(
            "working", _("Reading"), _("Accounts and tax rates are being read for the first time.")
        )
    read = ago(organisation.reference_refreshed_at)
    return Health(
        "posted", _("Connected"), _("Accounts and tax rates read %(read)s.") % {"read": read}
    )


def stores_health(*, archived: bool = False) -> list[StoreHealth]:
    """All stores but those that are archived, or these alone; two queries."""
    some = Store.objects.filter(settings__archived=True) if archived else Store.objects.on_lists()
    stores = some.select_related("organisation__token_set").defer("webhook_secret")
    return [
        StoreHealth(store, of_store(store, store.cursors.all()))
        for store in stores.prefetch_related("cursors")
    ]


def nobody_looked(store: Store, cursors: Iterable[Cursor]) -> bool:
    """Whether the shop was neither tested nor read so far."""
    tried = any(cursor.last_run_at or cursor.last_error for cursor in cursors)
    return not tried and not store.facts.get("probed_at")


def _of_one_that_is_off(store: Store, cursors: list[Cursor]) -> Health:
    if store.archived:
        return Health(
            "skipped", _("Archived"), _("Put away: nothing is read or posted, calls are refused.")
        )
    if nobody_looked(store, cursors):
        return Health(
            "unknown", _("New"),
            _("Nobody has looked at this shop yet: test its connection, map it, then switch it "
              "on."),
        )  # fmt: skip
    return Health(
        "skipped", _("Off"), _("Switched off: nothing is read or posted, the queue is kept.")
    )


def _has_keys(store: Store) -> bool:
    """Whether anything is entered that the shop could be asked with: what is enough is the
    doctor's to say."""
    return bool(store.credentials)


def of_store(store: Store, cursors: Iterable[Cursor]) -> Health:
    found = list(cursors)
    if not store.enabled:
        return _of_one_that_is_off(store, found)
    if store.organisation is None:
        name = store.organisation_name
        return Health(
            "held",
            _("No organisation"),
            _("Waits until “%(name)s” is connected to Xero.") % {"name": name},
        )
    if not _has_keys(store):
        return Health(
            "dead", _("No keys"),
            _("It is switched on, and cannot be read: its keys are not entered. Enter them under "
              "“Keys” on the store’s page, and test its connection."),
        )  # fmt: skip
    failing = next((cursor for cursor in found if cursor.last_error), None)
    if failing is not None:
        again = (
            _(" It is tried again %(when)s.") % {"when": until(failing.next_run_at)}
            if failing.next_run_at
            else ""
        )
        return Health("dead", _("Cannot read"), f"{failing.last_error}{again}")
    if why := store.organisation.unavailable_reason():
        return Health(
            "held",
            _("Not posting"),
            _("It is read, but nothing is posted: %(why)s") % {"why": why},
            of_xero=True,
        )
    runs = [cursor.last_run_at for cursor in found if cursor.last_run_at]
    if not runs:
        return Health(
            "unknown", _("Not read yet"), _("The first pull reads the orders since the cut-over.")
        )
    return Health("posted", _("Reading"), _("Last read %(when)s.") % {"when": ago(max(runs))})
