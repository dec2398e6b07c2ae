"""Which calls happen: what a page lists of them, and what a run of the product makes of it."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import requests
from django.db import connection
from django.db.transaction import Atomic

from connector.lib.database.claims import ClaimQuerySet
from connector.lib.database.deadlocks import in_one_go
from tests.stores.toy.admin import Admin
from xero.api import gateway

_LINE = re.compile(r"^( *)- `([\w.]+)`(.*)$")
_MARK = re.compile(r"\*\*\[([^]]+)\]\*\*")
# As they are before a test replaces some of them.
_TO_XERO = gateway._exchange.__code__
_TO_SHOPS = (requests.Session.request.__code__, Admin.take.__code__)
# Around a function whose whole is one transaction.
_WHOLE = in_one_go(print).__code__  # type: ignore[attr-defined]
_BEGINS = Atomic.__enter__.__code__
_CLAIMS = {ClaimQuerySet.claim.__code__: "claims", ClaimQuerySet.release.__code__: "frees"}
_DEEDS = frozenset({_TO_XERO, *_TO_SHOPS, _BEGINS, *_CLAIMS})
Trace = Callable[[FrameType, str, object], Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the page: a call, the line under which it stands (None: it stands by itself), and
    what is said in brackets of it."""

    name: str
    under: str | None
    marks: frozenset[str]


def listed(text: str) -> list[Listed]:
    """The calls that a part of a page lists, from top to bottom."""
    found: list[Listed] = []
    above: list[str] = []
    for indent, name, said in re.findall(_LINE.pattern, text, re.MULTILINE):
        depth = len(indent) // 2
        del above[depth:]
        found.append(Listed(name, above[-1] if above else None, frozenset(_MARK.findall(said))))
        above.append(name)
    return found


def resolved(name: str) -> Any:
    """What a dotted name is. AttributeError or ImportError where it is nothing."""
    parts = name.split(".")
    place = len(parts)
    while True:
        try:
            found: Any = importlib.import_module(".".join(parts[:place]))
            break
        except ModuleNotFoundError:
            place -= 1
            if not place:
                raise
    for part in parts[place:]:
        found = getattr(found, part)
    return found


def code_of(name: str, adapter: type) -> CodeType:
    """The code behind a name; of a call that a protocol of shops names, that of the adapter."""
    holder, _, verb = name.rpartition(".")
    owner = resolved(holder)
    found = getattr(adapter, verb) if getattr(owner, "_is_protocol", False) else resolved(name)
    found = inspect.unwrap(getattr(found, "run", found))
    code: CodeType = found.__code__
    return code


@dataclass(slots=True)
class Traced:
    """What happened to some names: the `first` call of each in turn, among which of them each ran
    (`within`), and what it did itself, in the words of the page."""

    first: list[str] = field(default_factory=list)
    within: dict[str, set[str]] = field(default_factory=dict)
    did: dict[str, set[str]] = field(default_factory=dict)

    def begins(self, name: str, running: Sequence[str], *, inside: bool) -> None:
        if name not in self.did:
            self.first.append(name)
            self.did[name], self.within[name] = set(), set()
            if inside:
                self.did[name].add("inside")
        self.within[name].update(running)


@contextmanager
def traced(names: Mapping[CodeType, str], shop: str) -> Iterator[Traced]:
    """Watch this thread; what is done is put down to the innermost of the names. `shop` is the
    address of the shop."""
    found = Traced()
    running: list[str] = []
    outside = len(connection.atomic_blocks)

    def inside() -> bool:
        return len(connection.atomic_blocks) > outside

    def ends(frame: FrameType, event: str, arg: object) -> Trace | None:
        if event == "return":
            running.pop()
        return ends

    def watch(frame: FrameType, event: str, arg: object) -> Trace | None:
        whole = frame.f_locals["work"] if frame.f_code is _WHOLE else None
        name = names.get(frame.f_code if whole is None else inspect.unwrap(whole).__code__)
        if name is not None:
            found.begins(name, running, inside=inside())
            running.append(name)
            frame.f_trace_lines = False
            return ends
        if running and frame.f_code in _DEEDS and (did := _deed(frame, shop, inside())):
            found.did[running[-1]].add(did)
        return None

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield found
    finally:
        sys.settrace(before)


def _deed(frame: FrameType, shop: str, inside: bool) -> str:
    """What a call does that the page has a word for; "" if it is none of these."""
    code, known = frame.f_code, frame.f_locals
    if code is _TO_XERO:
        return "Xero"
    if code in _TO_SHOPS:
        return "shop" if str(known.get("url", shop)).startswith(shop) else "Xero"
    if code in _CLAIMS:
        return f"{_CLAIMS[code]} {known['self'].model.__name__}"
    # Django opens some of its own for one statement.
    by = str(frame.f_back.f_globals.get("__name__")) if frame.f_back is not None else ""
    return "" if inside or by.startswith("django.") else "transaction"
