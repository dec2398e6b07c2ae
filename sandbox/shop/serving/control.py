"""`/_sandbox`: what a test in another process can do to any demo shop. JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sandbox.shop.base import Shop
from sandbox.shop.faults import Fault

Body = dict[str, Any]
Paths = Mapping[tuple[str, str], Callable[[Any, Body], Any]]


def handle(shop: Shop, method: str, path: str, body: Body, own: Paths) -> Any:
    """One call, of the paths below or of a platform's `own`; KeyError for an unknown one."""
    verb = own.get((method, path)) or _PATHS[method, path]
    return verb(shop, body)


def _point(shop: Shop, body: Body) -> Any:
    """`{"url": …, "secret": …}`: where changes are told from now on; an empty url: nowhere."""
    shop.hooks.point(str(body["url"]), str(body.get("secret", "")))
    return shop.hooks.counts()


def _hooks(shop: Shop, body: Body) -> Any:
    return shop.hooks.counts()


def _fault(shop: Shop, body: Body) -> Any:
    return asdict(shop.faults.add(Fault.from_json(body)))


def _faults(shop: Shop, body: Body) -> Any:
    return [asdict(fault) for fault in shop.faults.active]


def _clear(shop: Shop, body: Body) -> Any:
    shop.faults.clear()
    return True


def _clock(shop: Shop, body: Body) -> Any:
    """`{"skew": seconds}`: how far the shop's clock is ahead."""
    shop.clock_skew = timedelta(seconds=float(body["skew"]))
    return True


_PATHS: Paths = {
    ("GET", "/_sandbox/hooks"): _hooks,
    ("POST", "/_sandbox/hooks"): _point,
    ("GET", "/_sandbox/faults"): _faults,
    ("POST", "/_sandbox/faults"): _fault,
    ("DELETE", "/_sandbox/faults"): _clear,
    ("POST", "/_sandbox/clock"): _clock,
}
