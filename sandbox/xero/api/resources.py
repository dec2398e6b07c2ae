"""Routing under /api.xro/2.0/: from a method and a path to a document, or to a refusal."""

from __future__ import annotations

import uuid
from urllib.parse import unquote

from sandbox.xero.api import reading, views
from sandbox.xero.api.kinds import KINDS, Kind
from sandbox.xero.api.writing import write
from sandbox.xero.documents import credit_notes, reference
from sandbox.xero.rules import fields, settle
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Refused, Request, loads, not_found, without_none

_ALLOCATIONS = Kind("Allocations", "AllocationID", views.allocation)
_HISTORY = Kind("HistoryRecords", "HistoryID", views.plain)


def _refused_method() -> Refused:
    return Refused(405, "The HTTP method is not allowed on this resource")


def handle(call: Call, request: Request, path: str) -> Doc:
    """The payload of the answer (without its envelope). Runs under the ledger's lock."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    name, rest = parts[0], parts[1:]
    if name == "Organisation":
        return _organisation(call, request, rest)
    kind = KINDS.get(name)
    if kind is None:
        raise not_found()
    if not rest:
        return _many(call, request, kind)
    if len(rest) == 1:
        return _single(call, request, kind, rest[0])
    return _nested(call, request, kind, rest)


def _organisation(call: Call, request: Request, rest: list[str]) -> Doc:
    if request.method != "GET":
        raise _refused_method()
    if rest == ["Actions"]:
        return {"Actions": [dict(action) for action in call.org.facts["_actions"]]}
    if rest:
        raise not_found()
    return {"Organisations": [views.plain(call.org, call.org.facts, views.Shape())]}


def _many(call: Call, request: Request, kind: Kind) -> Doc:
    if request.method == "GET":
        return reading.listing(call, kind, request)
    save = {"PUT": kind.create, "POST": kind.upsert}.get(request.method)
    if save is None:
        raise _refused_method()
    elements = fields.elements_of(loads(request.body), kind.name)
    if kind.name in ("Accounts", "Currencies") and len(elements) != 1:
        raise Refused(400, {"Type": "PostDataInvalidException", "Message": "One at a time"})
    if kind.name == "Items" and len(elements) > 500:
        raise Refused(400, {"Type": "PostDataInvalidException", "Message": "At most 500 items"})
    return {kind.name: write(call, kind, elements, lambda element: save(call, element))}


def _single(call: Call, request: Request, kind: Kind, key: str) -> Doc:
    if request.method == "GET":
        return {kind.name: [reading.one(call, kind, key)]}
    if request.method == "DELETE" and kind.name == "Items":
        raise _refused_method()
    change = kind.update
    if request.method != "POST" or change is None:
        raise _refused_method()
    old = reading.find_one(call, kind, key)
    elements = fields.elements_of(loads(request.body), kind.name)
    if len(elements) != 1:
        raise Refused(400, {"Type": "PostDataInvalidException", "Message": "One at a time"})
    return {kind.name: write(call, kind, elements, lambda element: change(call, element, old))}


def _nested(call: Call, request: Request, kind: Kind, rest: list[str]) -> Doc:
    key, part = rest[0], rest[1]
    doc = reading.find_one(call, kind, key)
    if part == "History" and len(rest) == 2:
        return _history(call, request, kind, doc)
    if part == "OnlineInvoice" and kind.name == "Invoices" and request.method == "GET":
        address = f"https://in.example.test/{doc['InvoiceID'].replace('-', '')[:20]}"
        return {"OnlineInvoices": [{"OnlineInvoiceUrl": address}]}
    if part == "Allocations" and kind.name in settle.TARGETS and kind.name != "Invoices":
        return _allocations(call, request, kind, doc, rest[2:])
    if part == "Options" and kind.name == "TrackingCategories" and request.method == "PUT":
        elements = fields.elements_of(loads(request.body), "Options")
        option = Kind("Options", "TrackingOptionID", views.plain)
        return {
            "Options": write(
                call, option, elements, lambda one: reference.create_option(call, doc, one)
            )
        }
    raise not_found()


def _history(call: Call, request: Request, kind: Kind, doc: Doc) -> Doc:
    key = doc[kind.id_field]
    if request.method == "GET":
        return {"HistoryRecords": reference.history(call, key)}
    if request.method != "PUT":
        raise _refused_method()
    elements = fields.elements_of(loads(request.body), "HistoryRecords")
    save = write(
        call,
        _HISTORY,
        elements,
        lambda element: reference.add_history(call, kind.name, key, element),
    )
    return {"HistoryRecords": save}


def _allocations(call: Call, request: Request, kind: Kind, doc: Doc, rest: list[str]) -> Doc:
    if request.method == "PUT" and not rest:
        elements = fields.elements_of(loads(request.body), "Allocations")
        answers = write(
            call,
            _ALLOCATIONS,
            elements,
            lambda element: credit_notes.allocate(call, kind.name, doc, element),
        )
        return {"Allocations": answers}
    if request.method != "DELETE" or len(rest) != 1:
        raise _refused_method()
    allocation = call.org["Allocations"].get(rest[0])
    if allocation is None or allocation["_source"] != doc[kind.id_field]:
        raise not_found()
    if allocation["IsDeleted"]:
        raise not_found()
    shown = views.allocation(call.org, credit_notes.unallocate(call, allocation), views.Shape())
    return without_none(shown)


def envelope(payload: Doc, moment: object) -> Doc:
    """The service's envelope around a payload."""
    return {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": "Stand-in Xero",
        "DateTimeUTC": moment,
        **payload,
    }
