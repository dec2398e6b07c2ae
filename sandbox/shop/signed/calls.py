"""One request of the connector: which call it is, what that does, and the calls that every package
takes alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from sandbox.shop.serving.wire import Answer, Request
from sandbox.shop.signed import door
from sandbox.shop.signed.keys import Keys
from sandbox.shop.signed.parameters import Parameters
from sandbox.shop.signed.told import Told as Hooks

_MOST_PIECES = 999_999_999
_KINDS = ("order", "product", "customer")
_STATES = ("waiting", "in_xero", "held", "left_out", "voided", "failed")
Told = dict[str, Any]


class Signed(Protocol):
    """A shop with a package of ours, as far as its calls are the same everywhere. `known` are
    the ids of what it has of a kind, deleted orders too."""

    keys: Keys
    sync_states: dict[tuple[str, int], Told]

    @property
    def hooks(self) -> Hooks: ...

    @property
    def lock(self) -> AbstractContextManager[Any]: ...

    def now(self) -> datetime: ...

    def known(self, kind: str) -> Collection[int]: ...


S = TypeVar("S", bound=Signed)
Call = Callable[[S, Parameters], Told]


class Calls(Generic[S]):
    """What a package answers: `probe` at the shop's address, its own calls by name, and those of
    every package."""

    def __init__(self, probe: Callable[[S, str], Told], calls: Mapping[str, Call[S]]) -> None:
        self._probe = probe
        shared: dict[str, Call[S]] = {"sync_states": sync_states, "pair": pair, "unpair": unpair}
        self._calls = {**shared, **calls}

    def answer(self, shop: S, request: Request) -> Answer:
        """The answer to a signed request."""
        return door.answer(shop.keys, shop.lock, request, partial(self._called, shop, request))

    def _called(self, shop: S, request: Request, name: object, body: Told) -> Told:
        asked = Parameters(body)
        with shop.lock:
            if name == "probe":
                asked.nothing_else()
                return self._probe(shop, f"http://{request.headers.get('host', '')}")
            call = self._calls.get(name) if isinstance(name, str) else None
            if call is None:
                raise door.unknown()
            told = call(shop, asked)
        if name == "pair" and body.get("reach", True):
            return shop.hooks.greet()  # the connector is asked while nothing is locked
        return told


def set_stock(put: Callable[[S, str, int | str, int], str]) -> Call[S]:
    """The call that counts products anew. `put` takes how one is named ("sku" or "product_id"),
    that name and the quantity; it says why one was left as it is, or ""."""

    def call(shop: S, asked: Parameters) -> Told:
        items = [_item(one) for one in asked.items("items")]
        asked.nothing_else()
        answers = []
        for by, name, quantity in items:
            code = put(shop, by, name, quantity)
            answers.append({by: name, "done": not code} | ({"code": code} if code else {}))
        return {"items": answers}

    return call


def _item(one: Parameters) -> tuple[str, int | str, int]:
    by = "sku" if one.has("sku") else "product_id"
    name = one.text("sku", 255).strip() if by == "sku" else one.id("product_id")
    quantity = one.number("quantity", -_MOST_PIECES, _MOST_PIECES)
    one.nothing_else()
    return by, name, quantity


def sync_states(shop: Signed, asked: Parameters) -> Told:
    states = [_state(one) for one in asked.items("states")]
    asked.nothing_else()
    kept = [one for one in states if one["id"] in shop.known(one["kind"])]
    shop.sync_states |= {(one["kind"], one["id"]): one for one in kept}
    return {
        "kept": len(kept), "unknown": [one["id"] for one in states if one not in kept],
    }  # fmt: skip


def _state(one: Parameters) -> Told:
    told: Told = {
        "kind": one.choice("kind", _KINDS), "id": one.id("id"),
        "state": one.choice("state", _STATES), "number": one.text("number", 64, ""),
        "url": one.address("url", optional=True), "reason": one.text("reason", 1000, ""),
        "at": one.instant("at"),
    }  # fmt: skip
    one.nothing_else()
    return told


def pair(shop: Signed, asked: Parameters) -> Told:
    """Keep where the connector is; whether it can be reached, is tried after this."""
    callback = asked.address("callback")
    asked.address("app")
    asked.text("store", 100)
    asked.truth("reach", default=True)
    asked.nothing_else()
    shop.hooks.pair(callback, shop.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return {"reached": False, "error": "", "status": 0}


def unpair(shop: Signed, asked: Parameters) -> Told:
    asked.nothing_else()
    shop.hooks.pair("", "")
    return {"unpaired": True}
