"""Which organisation a store's books are in: its name or id in the file, found in Xero's."""

from __future__ import annotations

from connector.configuration.known import Known
from stores.models import Store
from xero.models import Organisation


def organisation_for(store: Store, known: Known) -> Organisation | None:
    """The organisation that the store's configured name or id means, if it is known.

    A store that is linked and says the same as before stays linked, also when the
    organisation was renamed in Xero.
    """
    tenant_id = known.books_of(store.slug, store.organisation_name)
    return Organisation.objects.filter(tenant_id=tenant_id).first()
