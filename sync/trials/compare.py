"""Two previews of the same order, document by document: what is otherwise in the second. Pure.

Both are as `preview --json` has them. Documents are compared kind by kind, in their order; lines
by what they are called, so that a line that is new does not push all others aside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from connector.lib.texts.said import parts_of

Shown = Mapping[str, Any]
# What a field is called; others by their name at Xero.
FIELDS = {
    "AccountCode": "Account", "AccountID": "Account", "TaxType": "Tax type", "LineAmount": "Amount",
    "TaxAmount": "Tax", "UnitAmount": "Price", "Quantity": "Quantity", "ItemCode": "Item",
    "Description": "Text", "Tracking": "Tracking", "Date": "Date", "DueDate": "Due",
    "Status": "Status", "Reference": "Reference", "InvoiceNumber": "Number",
    "CreditNoteNumber": "Number", "Contact": "Contact", "Account": "Account", "Amount": "Amount",
    "Name": "Name", "BrandingThemeID": "Branding theme", "CurrencyCode": "Currency",
    "SubTotal": "Net", "TotalTax": "Tax", "Total": "Total", "LineAmountTypes": "Amounts",
    "DiscountAmount": "Discount", "BankAccount": "Account", "SentToContact": "Sent to contact",
}  # fmt: skip
_LINES = "LineItems"
# What Xero reckons by itself from the lines, and what only echoes another field.
_TOTALS = ("SubTotal", "TotalTax", "Total")
_NAMES = ("InvoiceNumber", "CreditNoteNumber", "Name", "Code", "Reference")


def compared(live: Shown, tried: Shown) -> dict[str, Any] | None:
    """What becomes of the order otherwise; None where it is all the same.

    `{"status": [live, tried], "reasons": [[…], […]], "said": [[…], […]], "documents": [{"kind",
    "name", "was", "fields": [{"what", "live", "tried"}]}]}`; `said` is what the reasons are made of
    (`connector.lib.texts.said`), `was` is "changed", "added" or "removed".
    """
    documents = list(_documents(live["documents"], tried["documents"]))
    reasons = [_reasons(live), _reasons(tried)]
    status = [live["status"], tried["status"]]
    if not documents and status[0] == status[1] and reasons[0] == reasons[1]:
        return None
    said = [[parts_of(one) for one in some] for some in reasons]
    return {"status": status, "reasons": reasons, "said": said, "documents": documents}


def compared_summary(live: Shown | None, tried: Shown | None) -> dict[str, Any] | None:
    """The same of the summary of a day, which one of the two may lack."""
    documents = list(
        _documents((live or {}).get("documents", ()), (tried or {}).get("documents", ()))
    )
    if not documents:
        return None
    status = ["ready" if one else "none" for one in (live, tried)]
    return {"status": status, "reasons": [[], []], "documents": documents}


class DifferenceCounts:
    """The kinds of difference over all orders: how many orders have each, and its values where
    they are the same everywhere."""

    def __init__(self) -> None:
        self._orders: Counter[tuple[str, str]] = Counter()
        self._values: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)

    def add(self, found: Mapping[str, Any]) -> None:
        """One order's, as `compared` says it."""
        pairs: list[tuple[str, str, str, str]] = []
        if found["status"][0] != found["status"][1]:
            pairs.append(("", "status", *found["status"]))
        elif found["reasons"][0] != found["reasons"][1]:
            pairs.append(("", "reasons", "", ""))
        for document in found["documents"]:
            if document["was"] != "changed":
                pairs.append((document["kind"], "", "", document["was"]))
                continue
            pairs += [
                (document["kind"], one["what"].rpartition(": ")[2], one["live"], one["tried"])
                for one in document["fields"]
            ]
        self._orders.update(list(dict.fromkeys((kind, what) for kind, what, *_ in pairs)))
        for kind, what, live, tried in pairs:
            values = self._values[kind, what]
            if len(values) < 2:
                values.add((live, tried))

    def rows(self) -> list[dict[str, Any]]:
        """The most frequent first; `live` and `tried` are null where orders differ in them."""
        found = []
        for (kind, what), orders in self._orders.most_common():
            values = self._values[kind, what]
            live, tried = next(iter(values)) if len(values) == 1 else (None, None)
            found.append(
                {"kind": kind, "what": what, "orders": orders, "live": live, "tried": tried}
            )
        return found


def _reasons(shown: Shown) -> list[str]:
    return [reason["message"] for reason in shown["reasons"]]


def _documents(live: Iterable[Shown], tried: Iterable[Shown]) -> Iterator[dict[str, Any]]:
    before, after = _by_kind(live), _by_kind(tried)
    for kind in dict.fromkeys((*before, *after)):
        for old, new in zip_longest(before[kind], after[kind]):
            fields = list(_fields(old, new))
            if old is None or new is None or fields:
                was = "added" if old is None else "removed" if new is None else "changed"
                name = _name(new if new is not None else old)
                yield {"kind": kind, "name": name, "was": was, "fields": fields}


def _by_kind(documents: Iterable[Shown]) -> defaultdict[str, list[Shown]]:
    found: defaultdict[str, list[Shown]] = defaultdict(list)
    for one in documents:
        found[one["kind"]].append(one)
    return found


def _name(document: Shown) -> str:
    payload = document["payload"]
    return next((str(payload[key]) for key in _NAMES if payload.get(key)), "")


def _fields(old: Shown | None, new: Shown | None) -> Iterator[dict[str, str]]:
    """Totals, then fields, then lines; of a document that is new or gone its totals."""
    before, after = (one["expected"] or {} if one else {} for one in (old, new))
    for key in _TOTALS:
        yield from _field(FIELDS[key], before.get(key), after.get(key))
    if old is None or new is None:
        yield from _field(
            "Amount", *(one["payload"].get("Amount") if one else None for one in (old, new))
        )
        return
    first, second = old["payload"], new["payload"]
    for key in dict.fromkeys((*first, *second)):
        if key != _LINES and key not in _TOTALS:
            yield from _field(FIELDS.get(key, key), first.get(key), second.get(key))
    yield from _lines(first.get(_LINES, ()), second.get(_LINES, ()))


def _lines(old: Sequence[Shown], new: Sequence[Shown]) -> Iterator[dict[str, str]]:
    before, after = _by_text(old), _by_text(new)
    for key in dict.fromkeys((*before, *after)):
        first, second = before.get(key), after.get(key)
        title = key[0] or "Line"
        if first is None or second is None:
            yield from _field(title, first and _line(first), second and _line(second))
            continue
        for name in dict.fromkeys((*first, *second)):
            what = f"{title}: {FIELDS.get(name, name)}"
            yield from _field(what, first.get(name), second.get(name))


def _by_text(lines: Sequence[Shown]) -> dict[tuple[str, int], Shown]:
    """By text, and among lines of one text by their order."""
    count: Counter[str] = Counter()
    found = {}
    for line in lines:
        text = str(line.get("Description", ""))
        found[text, count[text]] = line
        count[text] += 1
    return found


def _line(line: Shown) -> str:
    parts = (line.get("LineAmount"), line.get("AccountCode"), line.get("TaxType"))
    return ", ".join(str(one) for one in parts if one is not None)


def _field(what: str, live: Any, tried: Any) -> Iterator[dict[str, str]]:
    if live != tried:
        yield {"what": what, "live": _words(live), "tried": _words(tried)}


def _words(value: Any) -> str:
    """A value in one line: what stands for an id is named, a mapping is its values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(filter(None, map(_words, value.values())))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return str(value)
