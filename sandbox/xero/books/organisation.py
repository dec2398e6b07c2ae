"""One organisation of the books: its facts, its documents, its ids and numbers, its days."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from connector.lib import clock
from sandbox.xero.books.collection import Collection
from sandbox.xero.books.tables import tables
from sandbox.xero.wire import Doc

_NAMESPACE = uuid.UUID("6d0a3c1e-5b1f-4f0e-9d0b-0c1d2e3f4a5b")

# Xero names time zones in its own way; these are the ones that the seed uses.
ZONES = {
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "GMTSTANDARDTIME": "Europe/London",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "EASTERNSTANDARDTIME": "America/New_York",
    "UTC": "UTC",
}


def guid(*parts: object) -> str:
    """A GUID that is the same for the same parts, in every run."""
    return str(uuid.uuid5(_NAMESPACE, ":".join(str(part) for part in parts)))


class Organisation:
    """One Xero organisation: its facts, its documents, and the source of its ids."""

    def __init__(self, facts: Doc, dirty: dict[tuple[str, str, str], Doc]) -> None:
        self.facts = facts
        self.tenant_id: str = facts["OrganisationID"]
        self.tables = tables()
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
