"""What documents name: contacts and items, as `xero.documents.documents` are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xero.documents.base import DocumentBase
from xero.documents.kinds import Kind


@dataclass(frozen=True, slots=True)
class Contact(DocumentBase):
    """`existing_id` set: an update of that contact; empty: a new one.

    An update names the contact by its id alone: with a name beside it Xero renames it, which is
    done only where `rename` says so.
    """

    key: str
    name: str
    contact_number: str = ""
    fields: tuple[tuple[str, Any], ...] = ()
    existing_id: str = ""
    rename: bool = False

    kind = Kind.CONTACT

    @property
    def verb(self) -> str:
        return "POST" if self.existing_id else "PUT"

    @property
    def natural_key(self) -> str:
        """Its ContactNumber, else its name: what a `$ref` calls it."""
        return self.contact_number or self.name

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ContactID": self.existing_id} if self.existing_id else {}
        if not self.existing_id or self.rename:
            body["Name"] = self.name
        if self.contact_number:
            body["ContactNumber"] = self.contact_number
        return body | dict(self.fields)


@dataclass(frozen=True, slots=True)
class Item(DocumentBase):
    """What is sold. `existing_id` set: an update of that item, with `fields` only; empty: a
    new one. Code at most 30 characters, Name 50, descriptions 4,000."""

    code: str
    fields: tuple[tuple[str, Any], ...] = ()
    existing_id: str = ""

    kind = Kind.ITEM

    @property
    def verb(self) -> str:
        return "POST" if self.existing_id else "PUT"

    @property
    def natural_key(self) -> str:
        return self.code

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ItemID": self.existing_id} if self.existing_id else {}
        return body | {"Code": self.code} | dict(self.fields)
