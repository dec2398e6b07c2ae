"""The one question that a restore may leave to a person: an invoice that was edited twice. Pure.

The backup knew the invoice; an edit of the order changed it in Xero before the restore, and was
forgotten with it; the shop edited the order once more before it was read again. Nothing tells the
forgotten change from a bookkeeper's (docs/decisions/0032). Such orders, and no others, may be held.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Doc = Mapping[str, Any]
# How an order says so: nothing else may be wrong with it.
_SAYS = "changed_in_xero"


def forgotten(events: Iterable[Doc]) -> tuple[datetime, datetime] | None:
    """From the backup to the restore, by the clock of the run; None where nothing was restored.
    The log has the end of each, and a restore begins with the last thing that was posted."""
    found = {
        one["kind"]: one for one in events if one["what"] == "fault" and not one.get("skipped")
    }
    if "backup" not in found or "restore" not in found:
        return None
    began = found["backup"].get("began") or found["backup"]["clock"]
    return datetime.fromisoformat(began), datetime.fromisoformat(found["restore"]["clock"])


def edits(events: Iterable[Doc]) -> dict[tuple[str, int], list[datetime]]:
    """When the shops edited each order: (store, id of the order) → moments."""
    found: dict[tuple[str, int], list[datetime]] = {}
    for one in events:
        if one["what"] == "shop" and one["kind"] == "edit":
            at = datetime.fromisoformat(one["clock"])
            found.setdefault((one["shop"], int(one["order"])), []).append(at)
    return found


def may_be_asked(
    key: str,
    row: Doc,
    invoices: Sequence[Doc],
    edited: Sequence[datetime],
    between: tuple[datetime, datetime] | None,
) -> bool:
    """Whether the order with the invoice `key` may wait for a person: `row` is where it stands by
    the product, `edited` when the shop edited it."""
    if between is None or row["conflicts"] != [key] or row["label"] != "held":
        return False
    # A change of it that was on its way at the backup cannot be made any more: the same question.
    if row["bad"] not in ([], [f"invoice {key} held"]):
        return False
    if {reason.split(":")[0] for reason in row["reasons"]} != {_SAYS}:
        return False
    standing = [one for one in invoices if one["InvoiceNumber"] == key]
    if len(standing) != 1:
        return False
    changed = _moment(str(standing[0]["UpdatedDateUTC"]))
    # The log's times are of whole seconds.
    before = [at for at in edited if at <= changed + timedelta(seconds=1)]
    after = [at for at in edited if at >= between[0]]
    return between[0] <= changed <= between[1] and bool(before) and after[-1:] > before[:1]


def read(text: str) -> list[Doc]:
    """The log of events."""
    return [json.loads(line) for line in text.splitlines()]


def _moment(text: str) -> datetime:
    """Of Xero's `/Date(1793405963049+0000)/`."""
    found = re.fullmatch(r"/Date\((\d+)\+0000\)/", text)
    if found is None:
        raise ValueError(f"no date of Xero's: {text}")
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC)
