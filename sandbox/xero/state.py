"""The books: organisations with their documents, and one lock around them all.

A document is a plain dict with Xero's own names; money is `Decimal`, a day is `date`, a moment
an aware `datetime`. Names that begin with an underscore are the stand-in's and are never
shown. Look-ups go through indexes: nothing is searched from end to end for one document.
"""

from __future__ import annotations

import threading
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from connector.lib import clock
from sandbox.xero.storage import Storage
from sandbox.xero.webhooks import Webhooks
from sandbox.xero.wire import Doc

_NAMESPACE = uuid.UUID("6d0a3c1e-5b1f-4f0e-9d0b-0c1d2e3f4a5b")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Key = Callable[[Doc], str | None]

# Xero names time zones in its own way; these are the ones that the seed uses.
ZONES = {
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "GMTSTANDARDTIME": "Europe/London",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "UTC": "UTC",
}


def guid(*parts: object) -> str:
    """A GUID that is the same for the same parts, in every run."""
    return str(uuid.uuid5(_NAMESPACE, ":".join(str(part) for part in parts)))


def fold(text: str | None) -> str | None:
    """Text as Xero compares it: without case, accents and surrounding space."""
    if not text:
        return None
    plain = text.strip().casefold()
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Collection:
    """Documents of one kind, in the order of their last change, found by id or indexed key."""

    def __init__(self, id_field: str, keys: dict[str, Key] | None = None) -> None:
        self.id_field = id_field
        self._keys = keys or {}
        self._docs: dict[str, Doc] = {}
        self._index: dict[str, dict[str, dict[str, None]]] = {name: {} for name in self._keys}
        self._filed: dict[str, dict[str, str]] = {}

    def __len__(self) -> int:
        return len(self._docs)

    def __iter__(self) -> Iterator[Doc]:
        return iter(self._docs.values())

    def newest_first(self) -> Iterator[Doc]:
        return reversed(self._docs.values())

    def get(self, key: object) -> Doc | None:
        return self._docs.get(str(key).lower())

    def find(self, index: str, key: str | None) -> list[Doc]:
        """The documents filed under a key, oldest filing first."""
        if key is None:
            return []
        return [self._docs[one] for one in self._index[index].get(key, ())]

    def first(self, index: str, key: str | None) -> Doc | None:
        """The first document filed under a key, or None."""
        found = self.find(index, key)
        return found[0] if found else None

    def has_index(self, index: str) -> bool:
        return index in self._keys

    def remove(self, key: str) -> None:
        """Forget a document."""
        self._docs.pop(key, None)
        for name, filed in self._filed.pop(key, {}).items():
            del self._index[name][filed][key]

    def put(self, doc: Doc, *, changed: bool = True) -> None:
        """Add the document, or move it to the end as the latest changed."""
        key = doc[self.id_field]
        if changed:
            self._docs.pop(key, None)
        self._docs[key] = doc
        filed = self._filed.setdefault(key, {})
        for name, compute in self._keys.items():
            new, old = compute(doc), filed.get(name)
            if new == old:
                continue
            if old is not None:
                del self._index[name][old][key]
            if new is None:
                filed.pop(name, None)
            else:
                filed[name] = new
                self._index[name].setdefault(new, {})[key] = None


def _contact_of(doc: Doc) -> str | None:
    return (doc.get("Contact") or {}).get("ContactID")


def _live_sales_number(doc: Doc) -> str | None:
    """Numbers of sales invoices are unique; a deleted draft gives its number back."""
    if doc["Type"] != "ACCREC" or doc["Status"] == "DELETED":
        return None
    return doc.get("InvoiceNumber")


def _invoice_number(doc: Doc) -> str | None:
    return doc.get("InvoiceNumber")


def _collections() -> dict[str, Collection]:
    return {
        "Accounts": Collection("AccountID", {"number": lambda d: d.get("Code")}),
        "TaxRates": Collection("_id"),
        "Currencies": Collection("_id"),
        "TrackingCategories": Collection("TrackingCategoryID"),
        "BrandingThemes": Collection("BrandingThemeID"),
        "Contacts": Collection(
            "ContactID",
            {
                "number": lambda d: d.get("ContactNumber"),
                "name": lambda d: fold(d.get("Name")),
                "email": lambda d: fold(d.get("EmailAddress")),
            },
        ),
        "Items": Collection("ItemID", {"number": lambda d: d.get("Code")}),
        "Invoices": Collection(
            "InvoiceID",
            {
                "live": _live_sales_number,
                "number": _invoice_number,
                "contact": _contact_of,
                "reference": lambda d: d.get("Reference"),
            },
        ),
        "CreditNotes": Collection(
            "CreditNoteID",
            {"number": lambda d: d.get("CreditNoteNumber"), "contact": _contact_of},
        ),
        "Payments": Collection("PaymentID", {"target": lambda d: d.get("_target")}),
        "BankTransactions": Collection("BankTransactionID", {"contact": _contact_of}),
        "Overpayments": Collection("OverpaymentID", {"contact": _contact_of}),
        "Prepayments": Collection("PrepaymentID", {"contact": _contact_of}),
        "Allocations": Collection("AllocationID"),
        "History": Collection("_id"),
    }


class Organisation:
    """One Xero organisation: its facts, its documents, and the source of its ids."""

    def __init__(self, facts: Doc, dirty: dict[tuple[str, str, str], Doc]) -> None:
        self.facts = facts
        self.tenant_id: str = facts["OrganisationID"]
        self.tables = _collections()
        self._dirty = dirty
        self._last = clock.now().replace(microsecond=0)

    def __getitem__(self, kind: str) -> Collection:
        return self.tables[kind]

    @property
    def base_currency(self) -> str:
        return str(self.facts["BaseCurrency"])

    def new_id(self) -> str:
        """The next GUID of this organisation; the series is the same in every run."""
        self.facts["_counter"] += 1
        self.touch_facts()
        return guid(self.tenant_id, self.facts["_counter"])

    def next_number(self, series: str) -> int:
        """The next number of a series such as `INV`, as Xero numbers by itself."""
        numbers = self.facts["_numbers"]
        numbers[series] = int(numbers.get(series, 0)) + 1
        self.touch_facts()
        return int(numbers[series])

    def touch_facts(self) -> None:
        self._dirty[(self.tenant_id, "Organisation", self.tenant_id)] = self.facts

    def stamp(self) -> datetime:
        """The moment of a change, in whole milliseconds, never before the last one."""
        moment = clock.now()
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._last = max(self._last, moment)
        return self._last

    def today(self) -> date:
        return clock.today(ZONES.get(self.facts.get("Timezone", "UTC"), "UTC"))

    def save(self, kind: str, doc: Doc) -> Doc:
        """File the document as changed now."""
        doc["UpdatedDateUTC"] = self.stamp()
        return self._file(kind, doc, changed=True)

    def restore(self, kind: str, doc: Doc) -> Doc:
        """File the document as it is; its UpdatedDateUTC and its place stay."""
        return self._file(kind, doc, changed=False)

    def _file(self, kind: str, doc: Doc, *, changed: bool) -> Doc:
        table = self.tables[kind]
        table.put(doc, changed=changed)
        self._dirty[(self.tenant_id, kind, doc[table.id_field])] = doc
        return doc

    def delete(self, kind: str, doc: Doc) -> Doc:
        """Take the document out for good; no list tells that it is gone."""
        table = self.tables[kind]
        table.remove(doc[table.id_field])
        self._dirty[(self.tenant_id, kind, doc[table.id_field])] = dict(doc, _gone=True)
        return doc

    def locked_until(self) -> tuple[date, str] | None:
        """The last locked day and the name of its lock date, or None."""
        found: list[tuple[date, str]] = []
        for name, text in (("PeriodLockDate", "period"), ("EndOfYearLockDate", "end of year")):
            if day := self.facts.get(name):
                found.append((day, text))
        return max(found) if found else None


def _when(row: tuple[str, str, str, Doc]) -> datetime:
    """When a stored document was changed last; what has no such date comes first."""
    moment: datetime = row[3].get("UpdatedDateUTC") or _LONG_AGO
    return moment


class State:
    """All organisations, what OAuth remembers, and the lock that guards both."""

    def __init__(self, storage: Storage | None = None) -> None:
        self.lock = threading.RLock()
        self.organisations: dict[str, Organisation] = {}
        self.storage = storage
        self.webhooks = Webhooks()
        self._dirty: dict[tuple[str, str, str], Doc] = {}
        self.oauth: Doc = {}

    def add(self, facts: Doc) -> Organisation:
        organisation = Organisation(facts, self._dirty)
        self.organisations[organisation.tenant_id] = organisation
        organisation.touch_facts()
        return organisation

    def load(self) -> bool:
        """Read everything from the file; False if there is nothing in it."""
        if self.storage is None:
            return False
        rows = sorted(self.storage.load(), key=_when)
        facts = [doc for _, kind, _, doc in rows if kind == "Organisation"]
        for doc in sorted(facts, key=lambda doc: int(doc["_number"])):
            self.add(doc)
        for tenant, kind, _, doc in rows:
            if kind == "OAuth":
                self.oauth = doc
            elif kind != "Organisation" and not doc.get("_gone"):
                self.organisations[tenant].tables[kind].put(doc)
        self._dirty.clear()
        return bool(self.organisations)

    def keep_oauth(self) -> None:
        self._dirty[("", "OAuth", "")] = self.oauth

    def commit(self) -> None:
        """Write what changed since the last commit; called before an answer leaves."""
        if self._dirty:
            if self.storage is not None:
                self.storage.save((*key, doc) for key, doc in self._dirty.items())
            self.webhooks.changed(self._dirty)
            self._dirty.clear()

    def organisation(self, tenant: str | None) -> Organisation:
        """The organisation by id or by name; the first one if none is named."""
        if not tenant:
            return next(iter(self.organisations.values()))
        if found := self.organisations.get(tenant):
            return found
        for organisation in self.organisations.values():
            if organisation.facts["Name"] == tenant:
                return organisation
        raise KeyError(f"no organisation {tenant!r}")


def shown(doc: Any) -> Any:
    """A copy without the stand-in's own names."""
    if isinstance(doc, dict):
        return {k: shown(v) for k, v in doc.items() if not k.startswith("_")}
    if isinstance(doc, list):
        return [shown(item) for item in doc]
    return doc
