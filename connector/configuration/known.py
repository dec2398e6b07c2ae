"""What is stored already, as far as reading a file depends on it: frozen, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    tenant_id: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownStore:
    """`tenant_id` is that of the organisation it is linked to, "" while there is none."""

    slug: str
    platform: str
    number_prefix: str
    organisation_name: str
    tenant_id: str = ""
    has_records: bool = False
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """`variable` is the name that stands for the address in an exported file."""

    variable: str
    written: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """`xero` holds client_id, client_secret and webhook_key as far as they are stored."""

    stores: Mapping[str, KnownStore] = field(default_factory=dict)
    organisations: Sequence[KnownOrganisation] = ()
    alerts: Sequence[KnownAlert] = ()
    xero: Mapping[str, str] = field(default_factory=dict, repr=False)

    def organisations_called(self, name: str) -> list[KnownOrganisation]:
        """Whom a tenant id or a name means: the id, the exact name, the name in any case.

        More than one answer means that the name does not say enough.
        """
        wanted = name.strip()
        for same in (
            lambda one: one.tenant_id.lower() == wanted.lower(),
            lambda one: one.name == wanted,
            lambda one: one.name.casefold() == wanted.casefold(),
        ):
            found = [one for one in self.organisations if same(one)]
            if found:
                return found
        return []

    def books_of(self, slug: str, organisation: str) -> str:
        """A text that is equal for two stores if they feed the same organisation.

        A store that is linked stays linked while its file says the same, also when the
        organisation has been renamed in Xero.
        """
        store = self.stores.get(slug)
        if store is not None and store.tenant_id and store.organisation_name == organisation:
            return store.tenant_id
        found = self.organisations_called(organisation)
        return found[0].tenant_id if len(found) == 1 else organisation.strip().casefold()
