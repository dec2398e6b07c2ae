"""What Xero's answers say. Pure: parsed JSON in, frozen dataclasses out.

Xero answers a batch sent with `summarizeErrors=false` with 200 and the failed elements
among the good ones (developer documentation, Invoices, "SummarizeErrors"). Nothing is said
about their order, so elements are matched by id or natural key, and by position only where
nothing contradicts it. `StatusAttributeString`, `HasErrors` and `HasValidationErrors`
decide what failed, not the presence of an id: a refused element may carry a fresh one.
Success needs an id.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.lib.money import parse_decimal
from xero.api.texts import code_of, validation_texts, warning_texts
from xero.documents.kinds import SPECS, Resource

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_NO_ID = "00000000-0000-0000-0000-000000000000"

Element = Mapping[str, Any]


# By the name of their resource: what documents are written to, and what they refer to.
SHAPES = {row.resource.name: row.resource for row in SPECS.values()} | {
    resource.name: resource
    for resource in (
        Resource("tracking_options", "Options", "TrackingOptionID", ("Name",)),
        Resource("tracking_categories", "TrackingCategories", "TrackingCategoryID", ("Name",)),
        Resource("accounts", "Accounts", "AccountID", ("Code",)),
    )
}


@dataclass(frozen=True, slots=True)
class ElementResult:
    """What became of the element at `index` of the request.

    ok           it was saved, as `xero_id`
    refused      it was not, for the reasons in `texts`; `code` is their stable name
    neither      the answer does not tell: look it up

    `number` is the document's number as Xero has it; `status` the document's own. Amounts
    are in the document's currency, None where the answer does not state them. `raw` is the
    element as answered, empty if it is not in the answer.
    """

    index: int
    ok: bool = False
    refused: bool = False
    xero_id: str = ""
    number: str = ""
    texts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    code: str = ""
    status: str = ""
    total: Decimal | None = None
    total_tax: Decimal | None = None
    sub_total: Decimal | None = None
    amount_due: Decimal | None = None
    updated_at: datetime | None = None
    raw: Element | None = None


def elements(kind: str, answer: Element) -> list[dict[str, Any]]:
    """The list inside the envelope of `kind`; [] where it is missing or null."""
    found = answer.get(SHAPES[kind].envelope)
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def results(kind: str, sent: Sequence[Element], answer: Element) -> list[ElementResult]:
    """One result for each element sent, in the order sent."""
    matched = _match(SHAPES[kind], sent, elements(kind, answer))
    return [
        element_result(kind, matched[index], index=index)
        if index in matched
        else ElementResult(index=index)
        for index in range(len(sent))
    ]


def element_result(kind: str, element: Element, *, index: int = 0) -> ElementResult:
    """What one element of an answer says."""
    shape = SHAPES[kind]
    failed = (
        element.get("StatusAttributeString") == "ERROR"
        or element.get("HasErrors") is True
        or element.get("HasValidationErrors") is True
        or bool(element.get("ValidationErrors"))
    )
    texts = validation_texts(element)
    if failed and not texts:
        texts = ("Xero refused this and did not say why.",)
    xero_id = text(element.get(shape.id_field))
    return ElementResult(
        index=index,
        ok=not failed and xero_id not in ("", _NO_ID),
        refused=failed,
        xero_id="" if failed else xero_id,
        number=next(filter(None, (text(element.get(key)) for key in shape.keys)), ""),
        texts=texts if failed else (),
        # An error that hangs on a part of an element that was saved is worth a look.
        warnings=warning_texts(element) + (() if failed else texts),
        code=code_of(texts) if failed else "",
        status=text(element.get("Status") or element.get("ContactStatus")),
        total=amount(element.get("Total", element.get("Amount"))),
        total_tax=amount(element.get("TotalTax")),
        sub_total=amount(element.get("SubTotal")),
        amount_due=amount(element.get("AmountDue", element.get("RemainingCredit"))),
        updated_at=moment(element.get("UpdatedDateUTC")),
        raw=element,
    )


def text(value: Any) -> str:
    """A text of Xero's; null is ""."""
    return "" if value is None else str(value)


def amount(value: Any) -> Decimal | None:
    """A number of an answer that was parsed with `parse_float=Decimal`; None if absent."""
    return None if value is None else parse_decimal(value)


def moment(value: Any) -> datetime | None:
    """`/Date(1552327126164+0000)/` or ISO text as an aware moment in UTC; None if absent."""
    if not value:
        return None
    if found := _MS_DATE.fullmatch(str(value)):
        return _EPOCH + timedelta(milliseconds=int(found.group(1)))
    read = datetime.fromisoformat(str(value))
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def day(value: Any) -> date | None:
    """A plain date in either form: Xero writes dates as the UTC midnight that begins them."""
    read = moment(value)
    return read.date() if read else None


def _match(
    shape: Resource, sent: Sequence[Element], answered: Sequence[Element]
) -> dict[int, Element]:
    """Position in the request → element of the answer; each is used once.

    First by id, then by each unique key, then by what makes a payment or an allocation
    recognisable; last by position, if nothing contradicts it.
    """
    by_id, *by_key = [_by(name) for name in (shape.id_field, *shape.keys)]
    matched: dict[int, int] = {}
    for sign in (by_id, *by_key, _by_money):
        _match_by(sign, sent, answered, matched)
    if len(answered) == len(sent):
        for index in set(range(len(sent))) - matched.keys() - set(matched.values()):
            # A fresh id where none was sent is no contradiction: only the keys count here.
            tests = [_same(sign, sent[index], answered[index]) for sign in (*by_key, _by_money)]
            if False not in tests:
                matched[index] = index
    return {index: answered[at] for index, at in matched.items()}


Mark = str | tuple[Decimal, str]
# By what an element is known; empty where it lacks that.
Sign = Callable[[Element], Mark]


def _match_by(
    sign: Sign, sent: Sequence[Element], answered: Sequence[Element], matched: dict[int, int]
) -> None:
    """Match those that fit each other and nothing else."""
    rest = [index for index in range(len(sent)) if index not in matched]
    taken = set(matched.values())
    places: dict[Mark, list[int]] = defaultdict(list)
    for at, element in enumerate(answered):
        if at not in taken and (mark := sign(element)):
            places[mark].append(at)
    fits = {
        index: [
            at for at in places.get(sign(sent[index]), ()) if _same(sign, sent[index], answered[at])
        ]
        for index in rest
    }
    wanted = Counter(at for found in fits.values() for at in found)
    matched.update(
        {index: at[0] for index, at in fits.items() if len(at) == 1 and wanted[at[0]] == 1}
    )


def _same(sign: Sign, one: Element, other: Element) -> bool | None:
    """Whether two elements are the same one by some sign; None where one of them lacks it."""
    mine, theirs = sign(one), sign(other)
    if not mine or not theirs:
        return None
    return mine == theirs and (sign is not _by_money or _references_agree(one, other))


def _by(name: str) -> Sign:
    return lambda element: _folded(element.get(name))


def _by_money(element: Element) -> Mark:
    """What makes a payment or an allocation recognisable: its amount and its document."""
    # What was sent may have been read back from its stored text, with floats.
    amount, document = _exact(element.get("Amount")), _document_id(element)
    return (amount, document) if amount is not None and document else ""


def _references_agree(one: Element, other: Element) -> bool:
    """Payments of one amount on one document are told apart by their references."""
    references = _folded(one.get("Reference")), _folded(other.get("Reference"))
    return not all(references) or references[0] == references[1]


def _exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _document_id(element: Element) -> str:
    """Which invoice or credit note a payment or allocation is for."""
    for holder, id_field in (("Invoice", "InvoiceID"), ("CreditNote", "CreditNoteID")):
        document = element.get(holder)
        if isinstance(document, Mapping) and _folded(document.get(id_field)):
            return _folded(document.get(id_field))
    return ""


def _folded(value: Any) -> str:
    folded = " ".join(text(value).split()).casefold()
    return "" if folded == _NO_ID else folded
