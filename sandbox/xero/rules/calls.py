"""One accounting call while it is handled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.xero.books.organisation import Organisation


@dataclass(slots=True)
class Call:
    """One accounting call while it is handled; `flags` are the faults in force for it."""

    org: Organisation
    app: str | None = None
    unitdp: int = 2
    summarize: bool = True
    allow_backorders: bool = False
    flags: dict[str, Any] = field(default_factory=dict)
