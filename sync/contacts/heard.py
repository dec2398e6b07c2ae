"""What shops said of persons, the newest of each, in the order in which it was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounting.contacts.following import merged
from accounting.contacts.matching import ContactAnswer
from connector.lib.database.bulk import update_each
from stores.models import Store
from sync.models import Posting, ShopContact
from xero.documents.contact_details import PERSONS, details_of
from xero.documents.payloads import loaded
from xero.models import Organisation


@dataclass(frozen=True, slots=True)
class Statement:
    """What the shop says of a person, by one order or record, and how urgent that is. `persons`
    are those who spoke for a contact that many share, this one and earlier ones."""

    answer: ContactAnswer
    lane: str
    persons: tuple[dict[str, Any], ...] = ()

    @property
    def key(self) -> str:
        return self.answer.person.key[:300]

    @property
    def at(self) -> datetime:
        assert self.answer.person.said_at is not None
        return self.answer.person.said_at

    @property
    def details(self) -> dict[str, Any]:
        found = details_of(dict(self.answer.person.fields))
        return found | ({PERSONS: [*self.persons]} if self.persons else {})

    @property
    def contact_id(self) -> str:
        """Empty while the contact is not in Xero."""
        return self.answer.found.contact_id if self.answer.found else ""

    @property
    def there(self) -> Mapping[str, Any] | None:
        return self.answer.found.details if self.answer.found and self.contact_id else None


class Statements:
    """What was said before of these persons, and of the contacts that they have."""

    def __init__(
        self, store: Store, organisation: Organisation, statements: Mapping[str, Statement]
    ) -> None:
        self._store, self._organisation = store, organisation
        # In the order of the keys, so that two workers never wait for each other.
        self._statements = [statements[key] for key in sorted(statements)]
        ids = {statement.contact_id for statement in self._statements if statement.contact_id}
        rows = ShopContact.objects.filter(
            Q(store=store, key__in=list(statements)) | Q(contact_id__in=ids),
            organisation=organisation,
        )
        self._own: dict[str, ShopContact] = {}
        self._of: dict[str, list[ShopContact]] = defaultdict(list)
        for row in rows:
            if row.store_id == store.pk and row.key in statements:
                self._own[row.key] = row
            if row.contact_id:
                self._of[row.contact_id].append(row)
        self._before = {statement.key: self._earlier(statement) for statement in self._statements}

    def before(self, statement: Statement) -> Mapping[str, Any] | None:
        """What was said of this contact the last time; None: nothing that is known of."""
        row = self._before[statement.key]
        return row.said if row else None

    def take_all(self) -> list[Statement]:
        """Keep each statement that is the newest one; those that say something new."""
        newest = [statement for statement in self._statements if self._is_newest(statement)]
        first = [statement for statement in newest if statement.key not in self._own]
        ShopContact.objects.bulk_create(
            [
                ShopContact(
                    organisation=self._organisation, store=self._store, key=statement.key,
                    **self._columns(statement),
                )
                for statement in first
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        # Another worker may have been the first.
        for row in self._rows(first) if first else ():
            self._own[row.key] = row
        keys = {statement.key for statement in first}
        self._advance([statement for statement in newest if statement.key not in keys])
        return [
            statement for statement in newest if self._take(statement, first=statement.key in keys)
        ]

    def _advance(self, statements: list[Statement]) -> None:
        """Those that say nothing new, only later: one statement, and none of them is told."""
        rows = []
        for statement in statements:
            own, columns = self._own[statement.key], self._columns(statement)
            if own.said == columns["said"] and own.contact_id in ("", statement.contact_id):
                own.said_at, own.contact_id = columns["said_at"], columns["contact_id"]
                rows.append(own)
        update_each(rows, ["said_at", "contact_id"], rising="said_at")

    def _is_newest(self, statement: Statement) -> bool:
        before = self._before[statement.key]
        return before is None or before.said_at <= statement.at

    def _take(self, statement: Statement, *, first: bool) -> bool:
        columns, own = self._columns(statement), self._own[statement.key]
        if all(getattr(own, name) == value for name, value in columns.items()):
            return first
        return bool(self._rows([statement]).filter(said_at__lte=statement.at).update(**columns))

    def _columns(self, statement: Statement) -> dict[str, Any]:
        said = merged(self.before(statement), statement.details)
        return {"said": said, "said_at": statement.at, "contact_id": statement.contact_id}

    def _rows(self, statements: list[Statement]) -> QuerySet[ShopContact]:
        return ShopContact.objects.filter(
            organisation=self._organisation, store=self._store,
            key__in=[statement.key for statement in statements],
        )  # fmt: skip

    def _earlier(self, statement: Statement) -> ShopContact | None:
        """The newest statement on the contact, whoever of ours it was said of."""
        rows = list(self._of.get(statement.contact_id, ()))
        own = self._own.get(statement.key)
        if own is not None:
            rows.append(own)
        return max(rows, key=lambda row: row.said_at, default=None)


def payload_of(posting: Posting) -> dict[str, Any]:
    return loaded(posting.payload, lambda ref: ref)


def key_of(statement: Statement) -> str:
    """By which it is found on pages; the answer is matched by the ContactID."""
    return statement.answer.person.name[:300]
