"""What the look-ups of all kinds share: what is asked, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.models import Posting
from sync.reasons import Reason
from xero.endpoints import MOST_IDS
from xero.replies import ElementResult

Element = dict[str, Any]
# Found: it is there. A reason: a person must decide. Text: not there, and to be sent with
# this payload. None: not there.
Verdict = ElementResult | Reason | str | None
Pairs = Sequence[tuple[Posting, Element]]


@dataclass(slots=True)
class Found:
    """What was read: a verdict for each posting by its primary key (None where it has none).

    `learn` is what else is to be written because of it, in the transaction that settles: to
    read writes nothing, so that a read that fails half way leaves nothing behind.
    """

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    learn: list[Callable[[], object]] = field(default_factory=list)


def chunks(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + MOST_IDS] for start in range(0, len(items), MOST_IDS)]
