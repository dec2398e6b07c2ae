"""Stores find the organisation that their configuration names, once it is connected."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from stores.models import Store
from xero.models import Organisation


def organisations_called(name: str) -> list[Organisation]:
    """Whom a tenant id or a name means: the id, the exact name, the name in any case.

    More than one answer means that the name does not say enough.
    """
    wanted = name.strip()
    for match in ({"tenant_id__iexact": wanted}, {"name": wanted}, {"name__iexact": wanted}):
        found = list(Organisation.objects.filter(**match).order_by("pk"))
        if found:
            return found
    return []


def link_organisations() -> list[str]:
    """Link stores to organisations that became known. Safe to run at any time.

    Returns a line for each store that was linked, and for each that cannot be although an
    organisation is called as it says.
    """
    lines = []
    for store in Store.objects.filter(organisation__isnull=True):
        path = f"stores.{store.slug}.organisation"
        found = organisations_called(store.organisation_name)
        if len(found) > 1:
            lines.append(
                f'{path}: {len(found)} organisations are called "{store.organisation_name}", '
                "give the id in the configuration"
            )
        elif found:
            lines.append(f"{path}: {_link(store, found[0])}")
    return lines


def _link(store: Store, organisation: Organisation) -> str:
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
