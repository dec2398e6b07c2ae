"""What works and what must be fixed: the settings and every connection, looked at once.

Each check yields findings. One that needs what an earlier one found broken (the database,
its tables) is left out, so that there is one line for one cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from connector.doctor import installation
from connector.doctor.findings import Finding, Place, Severity, good, note
from connector.doctor.mappings import mappings
from connector.doctor.organisations import every_organisation, one_organisation
from connector.doctor.patience import Patience
from connector.doctor.shops import AskedShops, shops
from connector.templatetags.pages import of
from stores.models import Store
from sync.models import Posting, TrackedOrder


def examine() -> Iterator[Finding]:
    """All findings, in the order of what depends on what."""
    yield from installation.settings_in_force()
    yield from installation.bell()
    for needed in (installation.tables, installation.secrets):
        findings = list(needed())
        yield from findings
        if any(finding.level is Severity.WRONG for finding in findings):
            return
    stores = list(
        Store.objects.on_lists().select_related("organisation__token_set").order_by("slug")
    )
    patience, asked = Patience(), AskedShops(stores)
    yield from every_organisation(patience)
    yield from shops(stores, asked, patience)
    yield from mappings(stores)
    yield from _work()


def examine_store(store: Store) -> Iterator[Finding]:
    """The same of one store, whether it is switched on or off."""
    patience, asked = Patience(), AskedShops([store])
    yield from one_organisation(store.organisation, patience)
    yield from shops([store], asked, patience, alone=True)
    yield from mappings([store])
    yield from _work(store)


def _work(store: Store | None = None) -> Iterator[Finding]:
    """What waits for a person: not broken, but worth a look."""
    orders, postings = TrackedOrder.objects.all(), Posting.objects.all()
    if store is not None:
        orders, postings = orders.filter(store=store), postings.filter(store=store)
    held = orders.filter(state=TrackedOrder.State.HELD).count()
    states: dict[str, Any] = dict(
        postings.filter(state__in=(Posting.State.HELD, Posting.State.DEAD))
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    dead = states.get(Posting.State.DEAD, 0)
    held_documents = states.get(Posting.State.HELD, 0)
    if held or dead or held_documents:
        said = {
            "orders": of(held, "order"),
            "held": of(held_documents, "document"),
            "refused": of(dead, "document"),
        }
        text = _("%(orders)s and %(held)s held, %(refused)s refused") % said
        yield note(_("work"), text, _("See the page Needs attention."), Place("sync:orders"))
    else:
        yield good(_("work"), _("nothing waits for a person"))
