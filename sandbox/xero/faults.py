"""Fault switches: what goes wrong, for which calls, how often.

A fault is `{"kind", "match": {"method", "path", "body", "tenant", "nth", "count"}, "params"}`.
`path` and `body` are regular expressions that are searched; `nth` is the first matching call
that it strikes (1), `count` how many it strikes (1; 0: all that follow).
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox.xero.wire import Doc, Request

# Kinds that strike before anything is done, while the call is handled, and after the commit.
BEFORE = frozenset(
    [
        "error_before",
        "maintenance",
        "unauthorised_once",
        "idempotency_down",
        "forget_keys",
        "disconnect",
        "revoke_tokens",
        "expire_tokens",
        "day_limit_reached",
        "late",
    ]
)
DURING = frozenset(["error_after_partial", "reject_tax_override", "totals_off", "reorder"])
AFTER = frozenset(["lose_answer", "error_after", "slow_body", "cut_body"])
EITHER = frozenset(("hang", "html_answer"))  # params.commit decides
KINDS = BEFORE | DURING | AFTER | EITHER
# Those that are done at once when they are armed without a match.
AT_ONCE = frozenset(
    ["forget_keys", "disconnect", "revoke_tokens", "expire_tokens", "day_limit_reached"]
)
_MATCHERS = {"method", "path", "body", "tenant", "nth", "count"}


@dataclass(slots=True)
class Fault:
    """One armed fault and how often it was met and struck."""

    kind: str
    match: Doc
    params: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    struck: int = 0

    def fits(self, request: Request, tenant: str) -> bool:
        wanted = self.match
        if wanted.get("method") and wanted["method"].upper() != request.method:
            return False
        if wanted.get("tenant") and wanted["tenant"] != tenant:
            return False
        if wanted.get("path") and not re.search(wanted["path"], request.path):
            return False
        body = wanted.get("body")
        return not body or bool(re.search(body, request.body.decode("utf-8", "replace")))

    def strikes(self, request: Request, tenant: str) -> bool:
        """Whether this call is struck; counts it if it fits."""
        if not self.fits(request, tenant):
            return False
        self.seen += 1
        count = int(self.match.get("count", 1))
        if self.seen < int(self.match.get("nth", 1)) or (count and self.struck >= count):
            return False
        self.struck += 1
        return True

    def report(self) -> Doc:
        return {
            "kind": self.kind,
            "match": self.match,
            "params": self.params,
            "seen": self.seen,
            "struck": self.struck,
        }


class Faults:
    """The armed faults, in the order in which they were armed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, spec: Doc) -> Fault:
        """Arm one fault; ValueError if it is not understood."""
        kind = spec.get("kind")
        match, params = spec.get("match") or {}, spec.get("params") or {}
        if kind not in KINDS:
            raise ValueError(f"unknown fault kind {kind!r}; known: {', '.join(sorted(KINDS))}")
        unknown = (set(spec) - {"kind", "match", "params"}) | (set(match) - _MATCHERS)
        if unknown:
            raise ValueError(f"unknown in a fault: {', '.join(sorted(unknown))}")
        fault = Fault(kind, dict(match), dict(params))
        with self._lock:
            self._armed.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def striking(self, request: Request, tenant: str) -> dict[str, dict[str, Any]]:
        """The faults that strike this call: kind → params."""
        if not self._armed:
            return {}
        with self._lock:
            return {
                fault.kind: fault.params for fault in self._armed if fault.strikes(request, tenant)
            }

    def report(self) -> list[Doc]:
        with self._lock:
            return [fault.report() for fault in self._armed]
