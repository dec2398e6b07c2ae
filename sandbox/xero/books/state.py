"""The books: all organisations, what OAuth remembers, and one lock around them all.

A document is a plain dict with Xero's own names; money is `Decimal`, a day is `date`, a moment
an aware `datetime`. Names that begin with an underscore are the stand-in's and are never
shown.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.books.storage import Storage
from sandbox.xero.books.webhooks import Webhooks
from sandbox.xero.wire import Doc

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
