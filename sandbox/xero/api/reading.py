"""Reading: one document by id or number, or a list with filters and pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from sandbox.xero.api.kinds import Kind
from sandbox.xero.api.query import Where, bad_query, changed_since, ordered
from sandbox.xero.api.views import Shape
from sandbox.xero.books.collection import Collection, fold
from sandbox.xero.rules.calls import Call
from sandbox.xero.rules.fields import flag
from sandbox.xero.wire import Doc, Request, not_found, parse_moment


def find_one(call: Call, kind: Kind, key: str) -> Doc:
    """By id, else by number; a plain 404 otherwise."""
    table = call.org[kind.name]
    found = table.get(key)
    if found is None and kind.number_field:
        for index in ("live", "number"):
            if found is None and table.has_index(index):
                found = table.first(index, key)
    if found is None:
        raise not_found()
    return found


def one(call: Call, kind: Kind, key: str) -> Doc:
    """A single document, shown whole."""
    shape = Shape(whole_contact=True, places=call.unitdp)
    return kind.view(call.org, find_one(call, kind, key), shape)


def _comma_list(request: Request, name: str) -> list[str] | None:
    text = request.query.get(name)
    return None if text is None else [part for part in text.split(",") if part]


def _since(request: Request) -> datetime | None:
    text = request.headers.get("if-modified-since")
    if not text:
        return None
    try:
        moment = parse_moment(text)
    except ValueError:
        raise bad_query(f"'{text}' in If-Modified-Since is not a date") from None
    return moment - timedelta(microseconds=moment.microsecond)


def _named(table: Collection, keys: list[str], index: str | None) -> list[Doc]:
    """The documents with these ids or numbers, each once, oldest change first."""
    found: dict[str, Doc] = {}
    for key in keys:
        matches = table.find(index, key) if index else [table.get(key)]
        for doc in matches:
            if doc is not None:
                found[doc[table.id_field]] = doc
    return list(found.values())


def _candidates(call: Call, kind: Kind, request: Request, where: Where | None) -> Iterable[Doc]:
    """The smallest set of documents that an index can give."""
    table = call.org[kind.name]
    numbers = {"Invoices": "InvoiceNumbers"}.get(kind.name, "")
    for name, index in (("IDs", None), (numbers, "number"), ("ContactIDs", "contact")):
        keys = _comma_list(request, name) if name else None
        if keys is not None and (index is None or table.has_index(index)):
            return _named(table, keys, index)
    if where is not None and (found := where.candidates(kind.name, table)) is not None:
        return found
    since = _since(request)
    return table if since is None else changed_since(table, since)


def _matches_text(kind: Kind, doc: Doc, wanted: str) -> bool:
    names = {
        "Contacts": ("Name", "FirstName", "LastName", "ContactNumber", "EmailAddress"),
        "Invoices": ("InvoiceNumber", "Reference"),
        "CreditNotes": ("CreditNoteNumber", "Reference"),
    }.get(kind.name, ())
    return any(wanted in (fold(str(doc.get(name) or "")) or "") for name in names)


def select(call: Call, kind: Kind, request: Request) -> list[Doc]:
    """Every document that the request's filters leave, in its order."""
    where = Where(request.query["where"]) if request.query.get("where") else None
    documents = list(_candidates(call, kind, request, where))
    if where is not None:
        documents = [doc for doc in documents if where(call.org, doc)]
    if since := _since(request):
        documents = [doc for doc in documents if doc.get("UpdatedDateUTC", since) >= since]
    if statuses := _comma_list(request, "Statuses"):
        documents = [doc for doc in documents if doc["Status"] in statuses]
    if contacts := _comma_list(request, "ContactIDs"):
        wanted = {key.lower() for key in contacts}
        documents = [doc for doc in documents if doc["Contact"]["ContactID"] in wanted]
    if kind.name == "Contacts" and not flag(request.query.get("includeArchived")):
        documents = [doc for doc in documents if doc["ContactStatus"] == "ACTIVE"]
    if flag(request.query.get("createdByMyApp")):
        documents = [doc for doc in documents if doc.get("_app") == call.app]
    if text := fold(request.query.get("searchTerm")):
        documents = [doc for doc in documents if _matches_text(kind, doc, text)]
    if order := request.query.get("order"):
        documents = ordered(call.org, documents, order)
    return documents


def _whole(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query[name])
    except KeyError:
        return default
    except ValueError:
        raise bad_query(f"{name} must be a whole number") from None


def listing(call: Call, kind: Kind, request: Request) -> Doc:
    """The elements, with their pagination where the list is paged.

    Without `page` a list of documents comes without its lines.
    """
    documents = select(call, kind, request)
    summary = flag(request.query.get("summaryOnly"))
    paged = kind.paged and ("page" in request.query or "pageSize" in request.query or summary)
    answer: Doc = {}
    if paged:
        page = max(1, _whole(request, "page", 1))
        size = min(1000, max(1, _whole(request, "pageSize", 100)))
        answer["pagination"] = {
            "page": page,
            "pageSize": size,
            "pageCount": ceil(len(documents) / size),
            "itemCount": len(documents),
        }
        documents = documents[(page - 1) * size : page * size]
    shape = Shape(lines=paged, summary=summary, places=call.unitdp)
    answer[kind.name] = [kind.view(call.org, doc, shape) for doc in documents]
    return answer
