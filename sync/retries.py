"""How often and how long apart something is tried again (`retries` of the configuration)."""

from __future__ import annotations

import random
from dataclasses import dataclass

from connector.lib.schema import seconds
from sync.models import Preferences


@dataclass(frozen=True, slots=True)
class Policy:
    """`attempts` in all; waits double from `base` up to `cap` seconds."""

    attempts: int = 12
    base: float = 30
    cap: float = 6 * 3600

    def wait(self, attempts: int) -> float:
        """Seconds before the next try after `attempts` tries, spread by a fifth."""
        wait = min(self.base * 2 ** max(0, attempts - 1), self.cap)
        return float(wait * random.uniform(0.8, 1.2))


def policy() -> Policy:
    """The policy in force."""
    stored = Preferences.load().retries
    return Policy(
        attempts=int(stored.get("attempts", 12)),
        base=seconds(stored.get("base", "30s")),
        cap=seconds(stored.get("cap", "6h")),
    )
