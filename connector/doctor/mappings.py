"""Whether each store's mapping fits its organisation, and what of the shop it does not answer.

Also of stores that are switched off: a mapping is looked at before it is let go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounting.unmapped.gaps import gaps
from accounts_mapping.models import snapshot
from accounts_mapping.shows import shows_of
from connector.configuration.importing import mapping_problems
from connector.doctor.findings import CONNECT, XERO, Finding, Place, good, note, wrong
from connector.pages.parts.core_texts import in_words
from stores.models import Store

INBOX = "accounts:mapping-inbox"


def mappings(stores: Sequence[Store]) -> Iterator[Finding]:
    for store in stores:
        yield from _mapping(store, _("mapping of %(slug)s") % {"slug": store.slug})


def _mapping(store: Store, subject: str) -> Iterator[Finding]:
    if store.organisation is None:
        text = _("cannot be looked at: which accounts there are is not known")
        yield note(subject, text, CONNECT, XERO)
        return
    unfit, doubtful = mapping_problems(store)
    yield from (wrong(subject, in_words(line), at=_place(store, line)) for line in unfit)
    yield from (note(subject, in_words(line), at=_place(store, line)) for line in doubtful)
    open_ones = list(_unanswered(store, subject))
    yield from open_ones
    if not unfit and not doubtful and not open_ones:
        page = Place("accounts:mapping-store", store.slug)
        yield good(subject, _("fits the organisation"), page)


def _unanswered(store: Store, subject: str) -> Iterator[Finding]:
    """What orders showed and nobody mapped. Of all that the list has, only what orders wait for."""
    assert store.organisation is not None
    found = gaps(snapshot(store), store.organisation.facts(), shows_of(store))
    waiting = sum(one.holds and one.orders > 0 for one in found)
    if waiting:
        text = ngettext(
            "%(count)s thing that orders showed is not mapped",
            "%(count)s things that orders showed are not mapped",
            waiting,
        )
        fix = _("Answer it on the page What is not mapped.")
        yield note(subject, text % {"count": waiting}, fix, Place(INBOX, store.slug))


def _place(store: Store, line: str) -> Place:
    """`accounts.sales: Demo has no account 999.` is mended at its field."""
    return Place("accounts:mapping-store", store.slug, line.partition(": ")[0])
