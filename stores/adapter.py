"""What the rest of the product may ask of a shop: the seam between shops and accounting."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

import requests
from pydantic import BaseModel

from connector.lib.errors import ConnectorError, Rejected
from stores.canonical.customer import Customer
from stores.canonical.order import Order, Whereabouts
from stores.canonical.product import Product, StockLevel
from stores.canonical.records import (
    By,
    OrderCondition,
    Page,
    ParseFacts,
    RecordRef,
    StoreFacts,
    Stream,
)
from stores.canonical.refund import Refund
from stores.profile import PlatformProfile

Parsed = Order | Refund | Customer | Product | StockLevel


@dataclass(frozen=True, slots=True)
class Interval:
    """How far a stream was read.

    Reading starts at `position - overlap` and includes both ends; `position` None means from
    the beginning. `until` stops it, also inclusive; None means up to now. `by` says whether
    these are moments of the last change or of when the record came to be. `after` is the
    `mark` of a page: what it covers is left out, record by record. By id, `after` alone says
    where to go on.
    """

    position: datetime | None = None
    overlap: timedelta = timedelta(minutes=5)
    until: datetime | None = None
    by: By = By.CHANGED
    after: str = ""

    @property
    def start(self) -> datetime | None:
        """The first moment that is read."""
        if self.position is None:
            return None
        earliest = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
        return max(self.position, earliest + self.overlap) - self.overlap


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One incoming call: its raw body, its headers by any spelling, the store's secret, and the
    path of the address that it came to. `delivery` is the shop's own name of the delivery: it
    tells a call that comes twice, where one is known, in place of what was signed."""

    body: bytes
    headers: Mapping[str, str]
    secret: str
    received_at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    method: str = "POST"
    delivery: str = ""

    def header(self, name: str) -> str:
        """A header by its name in any case; "" where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")

    def digest(self, signed_headers: Iterable[str]) -> str:
        """SHA-256 of what tells it from others: equal for a call that comes twice, and only
        then."""
        return hashlib.sha256(self._signed(signed_headers)).hexdigest()

    def key(self, signed_headers: Iterable[str]) -> str:
        """The same under the secret: equal for one call of one secret, and only then."""
        signed = self._signed(signed_headers)
        return hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()

    def _signed(self, headers: Iterable[str]) -> bytes:
        if self.delivery:
            return b"delivery\n" + self.delivery.encode()
        text = "\n".join(self.header(name) for name in headers)
        return text.encode() + b"\n\n" + self.body


class Wish(StrEnum):
    """What somebody in the shop may ask of orders, products and customers."""

    SYNC = "sync"
    LEAVE_OUT = "leave_out"
    TAKE_IN = "take_in"


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish for orders, products or customers, by their ids. Leaving out and taking in again need
    the person who asks, as the shop names them, and the reason: both are written down."""

    wish: Wish
    ids: tuple[str, ...]
    person: str = ""
    reason: str = ""
    stream: Stream = Stream.ORDERS


@dataclass(frozen=True, slots=True)
class Did:
    """What became of a wish for one object: a sentence for the person who asked."""

    stream: Stream
    id: str
    did: str


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """How a call is answered, and what it asks for. One that asks for nothing, such as a ping or
    a challenge, is answered and not kept. `delivery` as of `WebhookCall`. What became of `asks`
    is told in the answer, in the place of `body`: `{"done": [{"stream", "id", "did"}],
    "repeated": false}`, a sentence for each object."""

    refs: tuple[RecordRef, ...] = ()
    asks: tuple[Ask, ...] = ()
    status: int = 200
    body: str = ""
    content_type: str = "text/plain"
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a shop says once it was told where to call: whether it reached that, and why not."""

    reached: bool
    error: str = ""


class WebhookRefused(ConnectorError):
    """An incoming call that is not believed: answer it with `status` (400 or 401)."""

    def __init__(self, message: str, *, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@runtime_checkable
class StoreAdapter(Protocol):
    """One kind of shop. Adapters know no accounting, no database and not each other.

    HTTP goes through the given session. Calls raise `connector.lib.errors`; parsing raises
    `ParseError`. What needs no connection is static: `adapter_class(platform).parse(…)`.
    An adapter that derives from this has what holds for a shop without particulars.
    """

    profile: ClassVar[PlatformProfile]
    Credentials: ClassVar[type[BaseModel]]

    def __init__(self, credentials: Any, session: requests.Session, *, url: str) -> None: ...

    def probe(self) -> StoreFacts:
        """What the shop is; `warnings` say what the credentials do not allow."""
        ...

    def pages(self, stream: Stream, since: Interval) -> Iterator[Page]:
        """Raw records changed (or placed, see `Interval.by`) since the cursor, the oldest first.

        Nothing in the interval is missed, but what the profile's `coverage` of the stream says;
        a record may come more than once. What is asked for is what that says, and By.PLACED. A
        page's `position` and `mark` are safe to store once its records are.
        """
        ...

    def count(self, stream: Stream, since: Interval) -> int | None:
        """How many records `pages` would give now, in one call; None if the shop does not say."""
        return None

    def fetch(self, ref: RecordRef) -> dict[str, Any]:
        """One record anew, in the form that `pages` gives it."""
        ...

    def fetch_many(self, stream: Stream, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Records anew, in the form that `pages` gives them and in as few requests as it takes.

        What the shop does not have, or does not list in this stream, is left out. Where there
        is no list to ask, `fetch_each` asks one by one.
        """
        return fetch_each(self.fetch, stream, ids)

    def numbered(self, number: str) -> list[dict[str, Any]]:
        """The orders that bear this number, as customers see it, in the form of `pages`; a shop
        that counts in several places may have more than one."""
        ...

    @staticmethod
    def parse(stream: Stream, record: Mapping[str, Any], facts: ParseFacts) -> Parsed:
        """A record in canonical form; ParseError where it cannot be read for certain."""
        ...

    @staticmethod
    def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
        """Which object a record is; fails only where it has no id."""
        ...

    @staticmethod
    def whereabouts(record: Mapping[str, Any], facts: ParseFacts) -> Whereabouts:
        """Which part of the shop an order is of, as far as that can be told of its record; never
        fails."""
        return Whereabouts()

    @staticmethod
    def scrub(record: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of a record without card data and gateway secrets. Text that could not be
        searched whole is an `Unkept` in it."""
        ...

    @staticmethod
    def documents_of(raw: object) -> list[dict[str, Any]]:
        """The order records of an export: one object, a list, or a list answer."""
        ...

    @staticmethod
    def webhook(call: WebhookCall) -> WebhookReply:
        """What an incoming call asks to fetch, and the answer to it. Its signature is checked,
        its body not trusted."""
        ...

    def order_condition(self, order_id: str) -> OrderCondition:
        """How an order stands now; Rejected (`not_found`) where there is none. Asked only where
        statuses or notes are written, which `stores.writing` says how."""
        record = self.fetch(RecordRef(Stream.ORDERS, order_id))
        if isinstance(self, CompletesRecords):
            record = self.complete(Stream.ORDERS, record)
        order = self.parse(Stream.ORDERS, record, ParseFacts())
        assert isinstance(order, Order)
        return OrderCondition(order.status, order.state)


def fetch_each(
    fetch: Callable[[RecordRef], dict[str, Any]], stream: Stream, ids: Sequence[str]
) -> list[dict[str, Any]]:
    """`fetch_many` where the shop has no list for it: an adapter's own `fetch` for each."""
    found = []
    for one in ids:
        try:
            found.append(fetch(RecordRef(stream, one)))
        except Rejected as error:
            if error.code != "not_found":
                raise
    return found


@runtime_checkable
class CompletesRecords(Protocol):
    """An adapter whose lists tell less of a record than it takes to understand it."""

    def complete(self, stream: Stream, record: dict[str, Any]) -> dict[str, Any]:
        """A record as `pages`, `fetch`, `fetch_many` or `numbered` gave it, with all that belongs
        to it, read by further calls. What comes back is parsed, and kept and compared as one."""
        ...


def completed(
    adapter: StoreAdapter,
    stream: Stream,
    records: Iterable[dict[str, Any]],
    alive: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:
    """Records with all that belongs to them; without those that the shop deleted meanwhile.

    `alive` is called before each that takes calls of its own: who reads for long keeps its
    right to read.
    """
    if not isinstance(adapter, CompletesRecords):
        return list(records)
    whole = []
    for record in records:
        alive()
        try:
            whole.append(adapter.complete(stream, record))
        except Rejected as error:
            if error.code != "not_found":
                raise
    return whole
