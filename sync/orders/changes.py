"""What a plan changes among an order's postings, written in as few statements as may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sync.models import Posting
from sync.outbox.adopt import LINKED
from sync.outbox.entries import OPEN


@dataclass(slots=True)
class Changes:
    new: list[Posting] = field(default_factory=list)
    changed: list[Posting] = field(default_factory=list)
    withdrawn: list[Posting] = field(default_factory=list)
    linked: list[Posting] = field(default_factory=list)

    def apply(self) -> Iterator[Posting]:
        """Write them, parents before their children, so that these can name them. Gives those that
        left for Xero meanwhile, and so stay as they are."""
        for _, rows in sorted(_by_depth(self.new).items()):
            Posting.objects.bulk_create(rows)
        for posting in self.changed:
            mine = Posting.objects.filter(pk=posting.pk, xero_id="")
            if not mine.move(
                to=posting.state, frm=(*OPEN, Posting.State.VOIDED),
                **{name: getattr(posting, name) for name in _CORRECTED},
            ):  # fmt: skip
                yield posting
        for posting in self.linked:
            mine = Posting.objects.filter(pk=posting.pk, xero_id="")
            taken = {name: getattr(posting, name) for name in (*_CORRECTED, *LINKED)}
            if not mine.move(to=posting.state, frm=(*OPEN, Posting.State.VOIDED), **taken):
                yield posting
        for posting in self.withdrawn:
            mine = Posting.objects.filter(pk=posting.pk)
            if not mine.move(to=Posting.State.VOIDED, frm=OPEN):
                yield posting


_CORRECTED = (
    "kind", "verb", "key", "payload", "expected", "rates", "breakdown", "document_date", "parent",
    "target", "reasons", "attempts", "not_before", "lane", "look_up",
)  # fmt: skip


def _by_depth(rows: Sequence[Posting]) -> dict[int, list[Posting]]:
    """New rows by how many new rows stand above them."""
    found: dict[int, list[Posting]] = defaultdict(list)
    for row in rows:
        found[_depth(row)].append(row)
    return found


def _depth(row: Posting) -> int:
    above = [one for one in (row.parent, row.target) if one is not None and one._state.adding]
    return 1 + max((_depth(one) for one in above), default=0)
