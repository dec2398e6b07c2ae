"""What a platform is, as a value: all that the rest of the product knows of it. Pure.

One stands in each platform's folder, and `stores.registry` is the only way to it. Nothing
outside that folder asks which platform a store is of: it asks the profile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from connector.lib.texts.said import at_field, said
from stores.canonical.records import By, Stream


class Field(StrEnum):
    """A fact of an order, or of a product, that a reason may point at."""

    ID = "id"
    NUMBER = "number"
    STATUS = "status"
    UPDATED = "updated"
    CURRENCY = "currency"
    BASE_CURRENCY = "base_currency"
    RATE = "rate"
    TOTAL = "total"
    BASE_TOTAL = "base_total"
    PAYMENTS = "payments"
    REFUNDED = "refunded"
    REFUNDS = "refunds"
    EMAIL = "email"
    PRODUCT_TYPE = "product_type"
    PRODUCT_STATUS = "product_status"


class Written(StrEnum):
    """What can be written to shops of a platform."""

    STATUSES = "order statuses"
    NOTES = "order notes"
    CUSTOMERS = "customers"
    STOCK = "stock"
    SYNC_STATES = "sync states"

    @classmethod
    def usual(cls) -> frozenset[Written]:
        """What shops take by themselves. Where their orders and products stand in Xero they show
        only with an extension for it."""
        return frozenset(cls) - {cls.SYNC_STATES}


@dataclass(frozen=True, slots=True)
class Credential:
    """One key of a shop. `name` is what a sentence calls it; `in_the_clear`: it travels with
    every call as it is, while others only sign the call."""

    key: str
    name: str
    in_the_clear: bool = False

    @property
    def title(self) -> str:
        """The name as a form or a list has it."""
        return self.name[:1].upper() + self.name[1:]


@dataclass(frozen=True, slots=True)
class WayIn:
    """One set of keys, of which all are needed, and the clicks in the shop that give them."""

    credentials: tuple[Credential, ...]
    clicks: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.credentials)


@dataclass(frozen=True, slots=True)
class HookScheme:
    """How a shop's calls are signed and what they say: a sentence for the store's page, the
    headers that the signature covers beside the body, and by which methods it calls. `secret_of`
    gives the secret of its calls where that follows from its credentials ("": from none of
    these), None where a person enters one."""

    text: str = ""
    signed_headers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("POST",)
    secret_of: Callable[[Mapping[str, str]], str] | None = None


class BadPairingCode(ValueError):
    """A pairing code that is none of the platform's, or was mistyped; `str()` is for a person."""


@dataclass(frozen=True, slots=True)
class PairingCode:
    """What a pairing code holds: the shop's address and its credentials."""

    url: str
    credentials: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pairing:
    """How shops of a platform show all that connects them as one code: `read` takes it apart, and
    raises BadPairingCode; `where` says in a sentence where the shop shows it."""

    read: Callable[[str], PairingCode]
    where: str


@dataclass(frozen=True, slots=True)
class ShopStatuses:
    """The platform's own statuses by what they cause, as `statuses` of a store has them."""

    invoice: tuple[str, ...] = ()
    reverse: tuple[str, ...] = ()
    refunded: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the list of a stream tells of changes.

    `by` is what it can be asked for: what changed, what was placed, what has a later id.
    `blind_to` names changes that do not show in it. They are found by reading again, `every` so
    often, what was placed within `recheck`, and comparing content. Where a record takes calls of
    its own (`stores.abilities.TellsByRows`), those are made again for what its row shows to be
    another, and once within `in_turn` for every record that is not settled. `shares` divides what
    is read again, so that each part has its turn in that time. `horizon` is how far back the shop
    shows anything, None where it shows all. `gathers`: the list tells in few calls all that the
    shop's own calls name, and is read for them, at most so often; zero: what they name is fetched.
    """

    by: By = By.CHANGED
    blind_to: tuple[str, ...] = ()
    recheck: timedelta = timedelta(0)
    every: timedelta = timedelta(days=1)
    in_turn: timedelta = timedelta(0)
    shares: int = 1
    horizon: timedelta | None = None
    gathers: timedelta = timedelta(0)

    @property
    def text(self) -> str:
        """What a person should know of it; "" where there is nothing."""
        said = []
        if self.blind_to:
            said.append(f"The shop's list does not show {_all_of(self.blind_to)}.")
        if self.recheck:
            within, every = _in_days(self.recheck), _in_days(self.every).removeprefix("1 ")
            said.append(f"What was placed within {within} is read again every {every}.")
        if self.horizon is not None:
            said.append(f"The shop shows nothing older than {_in_days(self.horizon)}.")
        return " ".join(said)


def _all_of(words: tuple[str, ...]) -> str:
    return " and ".join(", ".join(words).rsplit(", ", 1))


def _in_days(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    hours = minutes // 60
    count, unit = (hours, "hour") if hours % 24 else (hours // 24, "day")
    if minutes % 60:
        count, unit = minutes, "minute"
    return f"{count} {unit}{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class ProductTypes:
    """Types of products that are not sold, or not counted, as others are.

    `of_others` are never sold themselves: their variants or members are. `of_parts` are sold as
    their parts where they have no price of their own. `without_stock` are not counted.
    """

    of_others: frozenset[str] = frozenset()
    of_parts: frozenset[str] = frozenset()
    without_stock: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlatformProfile:
    """One platform. What is not said of it is as of one that has all streams, takes what shops
    usually do, and means nothing by itself.

    `together`: a shop may have the keys of several `ways_in` at once, each way's whole.
    `coverage` says of a stream what its list does not tell. `total_rows` are the meanings that
    rows of an order's total have by themselves. `statuses` are proposed when a store is set up;
    with `statuses_hold` they hold without a setting too. `tax_per_line`: the shop states the tax
    of each line as it charged it, so that it can be posted as it is. `tells_restock`: it states
    whether refunded goods went back to stock (`RefundLine.restocked`). `fields` says where in its
    records a fact stands. `example` is a whole configuration file for one shop: it posts drafts
    to a demo company, and nothing before it is switched on.
    """

    kind: str
    label: str
    ways_in: tuple[WayIn, ...] = ()
    together: bool = False
    pairing: Pairing | None = None
    streams: frozenset[Stream] = frozenset(Stream)
    coverage: Mapping[Stream, Coverage] = field(default_factory=dict)
    writes: frozenset[Written] = Written.usual()
    hooks: HookScheme = HookScheme()
    total_rows: Mapping[str, str] = field(default_factory=dict)
    statuses: ShopStatuses = ShopStatuses()
    statuses_hold: bool = False
    tax_per_line: bool = True
    tells_restock: bool = False
    product_types: ProductTypes = ProductTypes()
    fields: Mapping[Field, str] = field(default_factory=dict)
    example: str = ""

    def covers(self, stream: Stream) -> Coverage:
        """What the list of a stream tells of changes: all of them, where nothing is said."""
        return self.coverage.get(stream, Coverage())

    def path(self, where: str) -> str:
        """The dotted path in a record of a `Field`; what is a path already stays as it is."""
        return self.fields.get(where, where.value) if isinstance(where, Field) else where

    def credential_problems(self, given: Iterable[str]) -> list[str]:
        """What is wrong with these keys, one line each: `credentials.secret: required`. Nothing
        is where no way in is known."""
        choices = [way.keys for way in self.ways_in]
        if not choices:
            return []
        keys = set(given)
        unknown = sorted(keys - {key for choice in choices for key in choice})
        if unknown:
            return [at_field(f"credentials.{key}", said("unknown key")) for key in unknown]
        begun = [choice for choice in choices if keys & set(choice)]
        if len(begun) == 1 or (begun and self.together):
            needed = [key for choice in begun for key in choice]
            lacking = [key for key in needed if key not in keys]
            return [at_field(f"credentials.{key}", said("required")) for key in lacking]
        wanted = " or ".join("{" + ", ".join(choice) + "}" for choice in choices)
        text = (
            said("must be %(wanted)s for %(kind)s, or both", wanted=wanted, kind=self.kind)
            if self.together
            else said(
                "must be %(wanted)s for %(kind)s, one of them only", wanted=wanted, kind=self.kind
            )
        )
        return [at_field("credentials", text)]

    def overheard(self, url: str, given: Iterable[str]) -> str:
        """What is wrong with credentials (their keys) at an address without encryption; "" if
        nothing is, as on this very machine."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        here = host in ("localhost", "::1") or host.startswith("127.")
        keys = set(given)
        known = [one for way in self.ways_in for one in way.credentials]
        sent = [one.name for one in known if one.in_the_clear and one.key in keys]
        if parts.scheme != "http" or here or not sent:
            return ""
        return (
            f"The {sent[0]} goes to {host} with every call, and http:// does not encrypt it: "
            "whoever carries the call can read it and use it. Use the shop's https:// address."
        )
