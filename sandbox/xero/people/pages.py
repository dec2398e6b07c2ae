"""Plain pages for a person who looks at the demo: what is in the books."""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.books.state import State
from sandbox.xero.rules import settle
from sandbox.xero.wire import Doc, Request, Response

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
color:#1c2733;background:#fff}h1{font-size:1.5rem}h2{margin-top:2rem;font-size:1.15rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;
border-bottom:1px solid #d8dee6}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
a{color:#0b5cad}label{display:block}button{padding:.5rem 1rem;margin-top:1rem}
.note{color:#56636f}.quiet{background:none;border:1px solid #8a96a3}
@media(prefers-color-scheme:dark){body{background:#14181d;color:#dfe6ee}a{color:#7db8f5}
td,th{border-color:#333c47}.note{color:#9aa7b4}}
"""
_SHOWN = 200


def page(title: str, body: str) -> Response:
    """A whole HTML page; `body` is HTML already."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>'
        f"{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{html.escape(title)}</h1>{body}</main></body></html>"
    )
    return Response(200, text.encode(), "text/html; charset=utf-8")


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; numbers stand right. Text that begins with `<a ` is taken as HTML."""
    names = list(heads)
    body = []
    for row in rows:
        cells = []
        for value in row:
            shown = str(value if value is not None else "")
            safe = shown if shown.startswith("<a ") else html.escape(shown)
            kind = ' class="n"' if shown.replace(".", "", 1).lstrip("-").isdigit() else ""
            cells.append(f"<td{kind}>{safe}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _link(path: str, text: object) -> str:
    return f'<a href="{html.escape(path)}">{html.escape(str(text or "(none)"))}</a>'


def _latest(documents: Iterable[Doc]) -> list[Doc]:
    found = []
    for doc in documents:
        found.append(doc)
        if len(found) == _SHOWN:
            break
    return found


def _contact_name(org: Organisation, doc: Doc) -> str:
    contact = org["Contacts"].get(doc["Contact"]["ContactID"]) or {}
    return str(contact.get("Name", ""))


def overview(state: State, request: Request) -> Response:
    """`/` or `/?tenant=…`: the organisations, and the latest documents of one."""
    rows = [
        (
            _link(f"/?tenant={tenant}", org.facts["Name"]),
            org.base_currency,
            len(org["Invoices"]),
            len(org["CreditNotes"]),
            len(org["Payments"]),
            len(org["Contacts"]),
        )
        for tenant, org in state.organisations.items()
    ]
    heads = ("Organisation", "Currency", "Invoices", "Credit notes", "Payments", "Contacts")
    try:
        chosen = state.organisation(request.query.get("tenant"))
    except KeyError:
        return _missing()
    if "tenant" not in request.query:
        chosen = max(state.organisations.values(), key=lambda org: len(org["Invoices"]))
    note = '<p class="note">A stand-in for Xero: nothing here is real.</p>'
    return page("Stand-in Xero", note + _table(heads, rows) + _books(chosen))


def _books(org: Organisation) -> str:
    invoices = [
        (
            _link(f"/AccountsReceivable/View.aspx?InvoiceID={d['InvoiceID']}", d["InvoiceNumber"]),
            _contact_name(org, d),
            d["Date"],
            d["Status"],
            d["CurrencyCode"],
            d["Total"],
            d["AmountDue"],
        )
        for d in _latest(org["Invoices"].newest_first())
    ]
    credits = [
        (
            _link(
                f"/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={d['CreditNoteID']}",
                d["CreditNoteNumber"],
            ),
            _contact_name(org, d),
            d["Date"],
            d["Status"],
            d["Total"],
            d["RemainingCredit"],
        )
        for d in _latest(org["CreditNotes"].newest_first())
    ]
    name = html.escape(org.facts["Name"])
    heads = ("Number", "Contact", "Date", "Status", "Currency", "Total", "Due")
    return (
        f"<h2>Invoices of {name}</h2>{_table(heads, invoices)}"
        f"<h2>Credit notes</h2>"
        f"{_table(('Number', 'Contact', 'Date', 'Status', 'Total', 'Left'), credits)}"
        f"<h2>Payments</h2>{_payments(org, _latest(org['Payments'].newest_first()))}"
    )


def _payments(org: Organisation, payments: list[Doc]) -> str:
    rows = []
    for doc in payments:
        target = org[doc["_kind"]].get(doc["_target"]) or {}
        account = org["Accounts"].get(doc["_account"]) or {}
        number = target.get("InvoiceNumber") or target.get("CreditNoteNumber") or doc["_kind"]
        rows.append(
            (
                doc["Date"],
                number,
                account.get("Name"),
                doc.get("Reference"),
                doc["Status"],
                doc["Amount"],
            )
        )
    return _table(("Date", "For", "Account", "Reference", "Status", "Amount"), rows)


def _missing() -> Response:
    response = page("Not found", "<p>There is no such document here.</p>")
    response.status = 404
    return response


def _document(org: Organisation, kind: str, doc: Doc) -> Response:
    number = doc.get("InvoiceNumber") or doc.get("CreditNoteNumber") or doc["Type"]
    lines = [
        (
            one.get("ItemCode"),
            one.get("Description"),
            one.get("Quantity"),
            one.get("UnitAmount"),
            one.get("AccountCode"),
            one.get("TaxType"),
            one["TaxAmount"],
            one["LineAmount"],
        )
        for one in doc["LineItems"]
    ]
    payments = [org["Payments"].get(key) for key in doc["_payments"]]
    facts = [
        ("Contact", _contact_name(org, doc)),
        ("Reference", doc.get("Reference")),
        ("Date", doc["Date"]),
        ("Due", doc.get("DueDate")),
        ("Status", doc["Status"]),
        ("Currency", f"{doc['CurrencyCode']} at {doc['CurrencyRate']}"),
        ("Subtotal", doc["SubTotal"]),
        ("Tax", doc["TotalTax"]),
        ("Total", doc["Total"]),
        ("Left", doc[settle.TARGETS[kind][2]]),
    ]
    heads = ("Item", "Description", "Qty", "Price", "Account", "Tax type", "Tax", "Amount")
    return page(
        str(number),
        f'<p><a href="/?tenant={org.tenant_id}">{html.escape(org.facts["Name"])}</a></p>'
        f"{_table(('', ''), facts)}<h2>Lines ({doc['LineAmountTypes']})</h2>"
        f"{_table(heads, lines)}<h2>Payments</h2>"
        f"{_payments(org, [one for one in payments if one])}",
    )


def deep_link(state: State, request: Request) -> Response:
    """The targets of Xero's deep links: invoice, credit note, contact."""
    path, query = request.path, dict(request.query)
    if path.lower() == "/organisationlogin/default.aspx":
        parts = urlsplit(unquote(query.get("redirecturl", "")))
        path = parts.path
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    lower = {name.lower(): value for name, value in query.items()}
    for org in state.organisations.values():
        for kind, key in (("Invoices", "invoiceid"), ("CreditNotes", "creditnoteid")):
            if doc := org[kind].get(lower.get(key, "")):
                return _document(org, kind, doc)
        if path.startswith("/Contacts/View/"):
            contact = org["Contacts"].get(path.rsplit("/", 1)[1])
            if contact:
                names = ("Name", "ContactNumber", "EmailAddress", "ContactStatus")
                return page(contact["Name"], _table(("", ""), ((n, contact.get(n)) for n in names)))
    return _missing()
