"""Reading lists: `where`, `order`, filters by comma lists, pages and If-Modified-Since.

`where` is a chain of comparisons joined by AND and OR, as in
`Status=="AUTHORISED" AND Date>=DateTime(2026, 01, 31)`. An equality on an indexed property is
answered from the index; everything else is tested document by document.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sandbox.xero.books.collection import Collection, fold
from sandbox.xero.books.organisation import Organisation
from sandbox.xero.wire import Doc, Refused, parse_moment

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<date>DateTime\s*\([^)]*\)|DateTime\.Parse\s*\(\s*"[^"]*"\s*\))
    | (?P<guid>Guid\s*\(\s*"[^"]*"\s*\))
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<join>AND\b|OR\b|&&|\|\|)
    | (?P<op>==|!=|<>|>=|<=|=|>|<)
    | (?P<call>[A-Za-z.]+\.(?:Contains|StartsWith|EndsWith)\s*\(\s*"(?:[^"\\]|\\.)*"\s*\))
    | (?P<name>[A-Za-z][A-Za-z0-9.]*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
# (kind, property) → index of its collection
_INDEXED = {
    ("Invoices", "InvoiceNumber"): "number",
    ("Invoices", "Reference"): "reference",
    ("Invoices", "Contact.ContactID"): "contact",
    ("CreditNotes", "CreditNoteNumber"): "number",
    ("CreditNotes", "Contact.ContactID"): "contact",
    ("BankTransactions", "Contact.ContactID"): "contact",
    ("Overpayments", "Contact.ContactID"): "contact",
    ("Contacts", "Name"): "name",
    ("Contacts", "EmailAddress"): "email",
    ("Contacts", "ContactNumber"): "number",
    ("Payments", "Invoice.InvoiceID"): "target",
    ("Payments", "CreditNote.CreditNoteID"): "target",
    ("Items", "Code"): "number",
    ("Accounts", "Code"): "number",
}
_FOLDED = {"name", "email"}

Test = Callable[[Organisation, Doc], bool]


def bad_query(message: str) -> Refused:
    body = {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}
    return Refused(400, body)


def value_of(org: Organisation, doc: Doc, path: str) -> Any:
    """A property such as `Contact.Name`; the contact, account and target are looked up."""
    head, _, rest = path.partition(".")
    if not rest:
        return doc.get(head)
    if head == "Contact":
        inner = org["Contacts"].get((doc.get("Contact") or {}).get("ContactID")) or {}
    elif head in ("Account", "BankAccount"):
        inner = org["Accounts"].get(doc.get("_account")) or {}
    elif head in ("Invoice", "CreditNote") and "_kind" in doc:
        inner = org[doc["_kind"]].get(doc["_target"]) or {} if doc["_kind"] == f"{head}s" else {}
    else:
        inner = doc.get(head) or {}
    return inner.get(rest)


def _literal(kind: str, token: str) -> Any:
    if kind == "text":
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if kind == "guid":
        return token.split('"')[1].lower()
    if kind == "number":
        return Decimal(token)
    if kind == "date":
        if '"' in token:
            return parse_moment(token.split('"')[1])
        parts = [int(p) for p in token[token.index("(") + 1 : -1].split(",")]
        return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
    words = {"true": True, "false": False, "null": None}
    if token.lower() not in words:
        raise bad_query(f"'{token}' is not a value")
    return words[token.lower()]


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def _compare(path: str, sign: str, wanted: Any) -> Test:
    compare = _OPERATORS[sign]

    def test(org: Organisation, doc: Doc) -> bool:
        value = _comparable(value_of(org, doc, path))
        if isinstance(wanted, str) and isinstance(value, str):
            return compare(fold(value), fold(wanted))
        if value is None or wanted is None:
            return compare(value, wanted) if sign in ("==", "=", "!=", "<>") else False
        if type(value) is not type(wanted):
            return sign in ("!=", "<>")
        return compare(value, wanted)

    return test


def _call(token: str) -> Test:
    path, function, argument = re.match(  # type: ignore[union-attr]
        r'(.+)\.(\w+)\s*\(\s*("(?:[^"\\]|\\.)*")\s*\)$', token
    ).groups()
    wanted = fold(_literal("text", argument)) or ""
    tests = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}
    check = tests[function.lower()]
    return lambda org, doc: bool(check(fold(value_of(org, doc, path)) or "", wanted))


class Where:
    """A parsed `where`: a disjunction of conjunctions of tests."""

    def __init__(self, text: str) -> None:
        self.branches: list[list[Test]] = [[]]
        self.equals: list[tuple[str, Any]] = []
        tokens = self._tokens(text)
        place = 0
        while place < len(tokens):
            place = self._term(tokens, place)
            if place < len(tokens):
                kind, token = tokens[place]
                if kind != "join":
                    raise bad_query(f"AND or OR expected before '{token}'")
                if token.upper() in ("OR", "||"):
                    self.branches.append([])
                place += 1
                if place == len(tokens):
                    raise bad_query("the expression is not complete")
        if len(self.branches) > 1:
            self.equals = []

    @staticmethod
    def _tokens(text: str) -> list[tuple[str, str]]:
        found, place, end = [], 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise bad_query(f"cannot read '{text[place : place + 20]}'")
            found.append((match.lastgroup, match.group(match.lastgroup)))
            place = match.end()
        if not found:
            raise bad_query("the expression is empty")
        return found

    def _term(self, tokens: list[tuple[str, str]], place: int) -> int:
        kind, token = tokens[place]
        if kind == "call":
            self.branches[-1].append(_call(token))
            return place + 1
        if kind != "name" or place + 2 >= len(tokens) or tokens[place + 1][0] != "op":
            raise bad_query(f"a comparison expected at '{token}'")
        sign, (value_kind, value) = tokens[place + 1][1], tokens[place + 2]
        try:
            wanted = _literal(value_kind, value)
        except (ValueError, TypeError) as error:
            raise bad_query(str(error)) from error
        if sign in ("==", "="):
            self.equals.append((token, wanted))
        self.branches[-1].append(_compare(token, sign, wanted))
        return place + 3

    def __call__(self, org: Organisation, doc: Doc) -> bool:
        return any(all(test(org, doc) for test in branch) for branch in self.branches)

    def candidates(self, kind: str, table: Collection) -> list[Doc] | None:
        """The documents that an indexed equality leaves, or None if nothing is indexed."""
        for path, wanted in self.equals:
            index = _INDEXED.get((kind, path))
            if index and isinstance(wanted, str):
                return table.find(index, fold(wanted) if index in _FOLDED else wanted)
        return None


def changed_since(documents: Collection, moment: datetime) -> list[Doc]:
    """What changed at or after the moment, oldest change first; reads only those."""
    found = []
    for doc in documents.newest_first():
        updated = doc.get("UpdatedDateUTC")
        if updated is not None and updated < moment:
            break
        found.append(doc)
    found.reverse()
    return found


def ordered(org: Organisation, documents: Iterable[Doc], order: str) -> list[Doc]:
    """Sorted by one property, `Name ASC` or `Date DESC`; absent values first."""
    name, _, direction = order.strip().partition(" ")
    name = {"InvoiceId": "InvoiceID"}.get(name, name)

    def key(doc: Doc) -> tuple[bool, Any]:
        value = value_of(org, doc, name)
        return (value is not None, fold(value) or "" if isinstance(value, str) else value or 0)

    try:
        return sorted(documents, key=key, reverse=direction.strip().upper() == "DESC")
    except TypeError:
        raise bad_query(f"lists cannot be ordered by '{name}'") from None
