"""Writing a batch: every element by itself, then the answer in the mode that was asked for.

`summarizeErrors=false`: 200, every element in the answer, the refused ones with their errors.
Otherwise: 200 if all are good, else a 400 that lists only the refused ones, although the good
ones ARE saved and their ids are not told.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

from sandbox.xero.api import views
from sandbox.xero.api.kinds import Kind
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid, Refused, parse_date

_DATES = ("Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate")


def _messages(messages: tuple[str, ...]) -> list[Doc]:
    return [{"Message": message} for message in messages]


def _absurd(value: object) -> bool:
    """A number such as 1e999999: written out it would fill the answer."""
    return isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 40)


def _echo(element: Doc) -> Doc:
    """What was sent, in the form of an answer: a refused element is shown as it came."""
    found: Doc = {}
    for name, value in element.items():
        if value is None or value == "" or _absurd(value):
            continue
        if name in _DATES:
            try:
                found[name] = parse_date(value)
            except (ValueError, OverflowError):
                continue
        elif isinstance(value, dict):
            found[name] = _echo(value)
        elif isinstance(value, list):
            found[name] = [_echo(one) for one in value]
        else:
            found[name] = value
    return found


def failed(kind: Kind, element: Doc, error: Invalid) -> Doc:
    """A refused element. Its id may look fresh: nothing of it was saved."""
    found = _echo(element)
    found.setdefault(kind.id_field, str(uuid.uuid4()))
    found[kind.error_flag] = True
    found["StatusAttributeString"] = "ERROR"
    found["ValidationErrors"] = _messages(error.messages)
    if error.contact:
        contact = found.setdefault("Contact", {})
        contact["HasValidationErrors"] = True
        contact["ValidationErrors"] = _messages(error.contact)
    return found


def validation_exception(elements: list[Doc]) -> Refused:
    """The 400 that lists what was refused."""
    body = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": elements,
    }
    return Refused(400, body)


def saved(call: Call, kind: Kind, doc: Doc) -> Doc:
    """A saved element as the answer shows it."""
    shape = views.Shape(whole_contact=True, places=call.unitdp)
    found = kind.view(call.org, doc, shape)
    if warnings := doc.get("_warnings"):
        found["Warnings"] = _messages(tuple(warnings))
    if not call.summarize:
        found["StatusAttributeString"] = "WARNING" if warnings else "OK"
    off = call.flags.get("totals_off")
    if off is not None and not off.get("keep"):
        views.off_by(found, Decimal(str(off.get("by", "0.01"))))
    return found


def _partial(call: Call, count: int) -> None:
    """Fault: give up with a 500 after so many elements were saved."""
    params = call.flags.get("error_after_partial")
    if params is not None and count >= int(params.get("saved", 1)):
        raise Refused(
            int(params.get("status", 500)),
            {"Title": "An error occurred", "Detail": "An error occurred in Xero.", "Status": 500},
        )


def write(call: Call, kind: Kind, elements: list[Doc], save: Callable[[Doc], Doc]) -> list[Doc]:
    """Save every element; the elements of the answer, or the summarised 400."""
    answers: list[Doc] = []
    refused: list[Doc] = []
    for element in elements:
        _partial(call, len(answers) - (0 if call.summarize else len(refused)))
        try:
            answers.append(saved(call, kind, save(element)))
        except Invalid as error:
            refused.append(failed(kind, element, error))
            if not call.summarize:
                answers.append(refused[-1])
    _partial(call, len(elements))
    if refused and call.summarize:
        raise validation_exception(refused)
    if "reorder" in call.flags:
        answers.reverse()
    return answers
