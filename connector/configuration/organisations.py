"""Which organisation a store's books are in: its name or id in the file, found in Xero's."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from connector.configuration.known import Known
from connector.configuration.stored import load_known
from stores.models import Store
from xero.models import Organisation


def organisation_for(store: Store, known: Known) -> Organisation | None:
    """The organisation that the store's configured name or id means, if it is known.

    A store that is linked and says the same as before stays linked, also when the
    organisation was renamed in Xero.
    """
    tenant_id = known.books_of(store.slug, store.organisation_name)
    return Organisation.objects.filter(tenant_id=tenant_id).first()


def link_organisations() -> list[str]:
    """Link stores to organisations that became known; call it after every connect.

    Returns a line for each store that was linked, and for each that cannot be although an
    organisation is called as it says. Safe to run again.
    """
    known = load_known()
    lines = []
    for store in Store.objects.filter(organisation__isnull=True):
        path = f"stores.{store.slug}.organisation"
        found = known.organisations_called(store.organisation_name)
        if len(found) > 1:
            lines.append(
                f'{path}: {len(found)} organisations are called "{store.organisation_name}", '
                "give the id in the configuration"
            )
        elif found:
            lines.append(f"{path}: {_link(store, found[0].tenant_id)}")
    return lines


def _link(store: Store, tenant_id: str) -> str:
    organisation = Organisation.objects.get(tenant_id=tenant_id)
    try:
        with transaction.atomic():
            Store.objects.filter(pk=store.pk, organisation__isnull=True).update(
                organisation=organisation
            )
    except IntegrityError:
        # Two stores named one organisation in two ways, before it was known.
        return (
            f"not linked to {organisation}: another store there has the number prefix "
            f'"{store.number_prefix}"'
        )
    return f"linked to {organisation}"
