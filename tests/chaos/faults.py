"""What goes wrong: a list drawn from the seed beforehand, each kind at least once."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

Doc = dict[str, Any]
WEBHOOK_KEY = "the webhook key of chaos"

# How often in five minutes, roughly; every kind comes at least once, also in a short run.
PROCESS_FAULTS = {
    "worker killed": 10, "second worker killed": 8, "worker's child killed": 10,
    "web killed": 6, "beat killed": 4, "all killed": 2,
    "broker stopped": 5, "broker killed": 3, "broker flushed": 6,
    "postgres restarted": 3, "postgres crashed": 4,
}  # fmt: skip
XERO_FAULTS: dict[str, tuple[int, Doc]] = {
    "xero 500 after saving": (8, {"kind": "error_after", "params": {"status": 500}}),
    "xero 502 after saving": (8, {"kind": "error_after", "params": {"status": 502}}),
    "xero 500 after half of it": (5, {"kind": "error_after_partial", "params": {"saved": 2}}),
    "xero 504 before anything": (5, {"kind": "error_before", "params": {"status": 504}}),
    "xero 503 for a while": (
        5, {"kind": "error_before", "params": {"status": 503, "retry_after": 20}},
    ),
    "xero answer lost": (10, {"kind": "lose_answer"}),
    "xero body cut": (8, {"kind": "cut_body"}),
    "xero answer late": (5, {"kind": "hang", "params": {"commit": True, "seconds": 80}}),
    "xero write late": (4, {"kind": "late", "params": {"seconds": 60}}),
    "xero slow": (4, {"kind": "slow_body", "params": {"seconds": 30}}),
    "xero html": (4, {"kind": "html_answer", "params": {"commit": True, "status": 200}}),
    "xero keys forgotten": (3, {"kind": "forget_keys"}),
    "tokens expired": (4, {"kind": "expire_tokens"}),
    "connection revoked": (1, {"kind": "disconnect"}),
    "tokens revoked": (1, {"kind": "revoke_tokens"}),
}  # fmt: skip
SHOP_FAULTS: dict[str, tuple[int, Doc]] = {
    "shop 500": (3, {"kind": "error", "match": "/rest/"}),
    "shop 502": (3, {"kind": "bad_gateway", "match": "/rest/"}),
    "shop body cut": (4, {"kind": "cut", "match": "/rest/"}),
    "shop 429": (2, {"kind": "throttled", "match": "/rest/", "retry_after": 30}),
    "shop slow": (2, {"kind": "slow", "match": "/rest/", "seconds": 60}),
}
LIMITS = {"minute limit": 5}
# Once each, at their share of the time.
BACKUP, RESTORE = 0.25, 0.55
# So long before midnight the day's calls are used up, as a share of the time and in seconds.
_DAY_LIMIT, _DAY_LIMIT_SECONDS = 0.12, 25.0
# What an armed fault waits for: new documents as a rule, changes, or anything.
_METHODS = ("PUT", "PUT", "PUT", "PUT", "POST", "")


@dataclass(order=True, slots=True)
class Planned:
    """A fault at a moment of the run; `draw` decides its details."""

    at: float
    kind: str = field(compare=False)
    draw: random.Random = field(compare=False)


def plan(seed: int, seconds: float, midnight: float, *, restores: bool = True) -> list[Planned]:
    """All faults of a run, in order of time; the last ones end before the run does. `midnight`
    is so many seconds away: the day's calls are used up a while before."""
    draw = random.Random(f"{seed}/faults")
    share = seconds / 300
    often = PROCESS_FAULTS | LIMITS
    often |= {kind: count for kind, (count, _) in (XERO_FAULTS | SHOP_FAULTS).items()}
    found: list[Planned] = []
    for kind, count in often.items():
        for number in range(max(1, round(count * share))):
            at = seconds * draw.uniform(0.06, 0.97)
            found.append(Planned(at, kind, random.Random(f"{seed}/{kind}/{number}")))
    once = {"backup": seconds * BACKUP, "restore": seconds * RESTORE} if restores else {}
    if 0 < midnight < seconds:
        once["day limit"] = max(0.0, midnight - min(seconds * _DAY_LIMIT, _DAY_LIMIT_SECONDS))
    for kind, at in once.items():
        found.append(Planned(at, kind, random.Random(f"{seed}/{kind}")))
    return sorted(found)


class Xero:
    """The control address of the stand-in."""

    def __init__(self, url: str, tenants: list[str]) -> None:
        self.url, self.tenants = url, tenants

    def arm(self, kind: str, draw: random.Random) -> Doc:
        """Arm one of XERO_FAULTS for the next calls it fits; what was armed."""
        fault = dict(XERO_FAULTS[kind][1])
        if fault["kind"] in ("forget_keys", "expire_tokens", "revoke_tokens"):
            self._post("faults", fault)
            return fault
        if fault["kind"] == "disconnect":
            fault["params"] = {"tenant": draw.choice(self.tenants)}
            self._post("faults", fault)
            return fault
        match: Doc = {"count": draw.randint(1, 2)}
        if method := draw.choice(_METHODS):
            match["method"] = method
        fault["match"] = match
        self._post("faults", fault)
        return fault

    def tell(self, url: str) -> None:
        """Deliver Xero's webhooks there."""
        self._post("config", {"webhook": {"url": url, "key": WEBHOOK_KEY}})

    def limit_the_minute(self, calls: int) -> None:
        self._post("config", {"limits": {"per_minute": calls}})

    def use_up_the_day(self) -> None:
        for tenant in self.tenants:
            self._post("faults", {"kind": "day_limit_reached", "params": {"tenant": tenant}})

    def calm(self) -> dict[str, int]:
        """Disarm everything, and the usual limits again; how often each kind had struck."""
        armed = json.loads(self.read("faults"))
        struck: Counter[str] = Counter()
        for one in armed:
            struck[one["kind"]] += one["struck"]
        self._post("faults", {"clear": True})
        self.limit_the_minute(60)
        return struck

    def read(self, path: str) -> bytes:
        answer = requests.get(f"{self.url}/_sandbox/{path}", timeout=120)
        answer.raise_for_status()
        return answer.content

    def _post(self, path: str, body: Doc) -> None:
        answer = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=30)
        answer.raise_for_status()


def spoil_shop(url: str, kind: str, draw: random.Random) -> Doc:
    """Arm one of SHOP_FAULTS for the shop's next answers."""
    fault = SHOP_FAULTS[kind][1] | {"times": draw.randint(1, 4)}
    requests.post(f"{url}/_sandbox/faults", json=fault, timeout=30).raise_for_status()
    return fault


def calm_shop(url: str) -> None:
    requests.delete(f"{url}/_sandbox/faults", timeout=30).raise_for_status()
