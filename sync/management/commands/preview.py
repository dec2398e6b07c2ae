"""`preview`: the documents that orders of a file or of the shop would become; nothing is sent."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounting.books import Books
from accounting.preview import Preview, given_facts, known_items, over
from accounts_mapping.models import snapshot
from connector.lib import exact_json
from connector.lib.errors import ConnectorError, NeedsAttention
from stores import registry
from stores.adapter import StoreAdapter
from stores.canonical.records import ParseError, ParseFacts
from stores.models import Store
from sync.ingest.ask_order import ask_order
from sync.management.named import named
from sync.organisations import link_organisations
from sync.parsing import parse_facts
from xero.documents.facts import NOT_CONNECTED


class Command(BaseCommand):
    help = "Show the documents that orders would become in Xero. Sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG")
        given = parser.add_mutually_exclusive_group(required=True)
        given.add_argument("--file", metavar="FILE", help="orders as the shop's API answers them")
        given.add_argument(
            "--order", metavar="NUMBER", help="asked of the shop, also if the store is switched off"
        )
        parser.add_argument("--context", metavar="FILE", help="facts that the orders lack")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        link_organisations()
        store = named(options["store"])
        try:
            preview, records = _prepared(store, options)
        except ConnectorError as error:
            hint = f" {error.hint}" if isinstance(error, NeedsAttention) and error.hint else ""
            raise CommandError(f"{error}{hint}") from None
        orders = [preview.add(record) for record in records]
        summaries = preview.summaries()
        if options["json"]:
            answer = {"orders": orders, "summaries": summaries}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            self._describe(orders)
            self._describe_summaries(summaries)

    def _describe(self, orders: list[dict[str, Any]]) -> None:
        for order in orders:
            self.stdout.write(f"{order['order'] or '(no number)'}: {order['status']}")
            for reason in order["reasons"]:
                where = f" [{reason['field']}]" if reason["field"] else ""
                self.stdout.write(f"  {reason['code']}: {reason['message']}{where}")
            for document in order["documents"]:
                self.stdout.write(f"  {_line(document)}")
                for one in document.get("sources", ()):
                    self.stdout.write(f"    {one['field']} {one['value']}: {one['source']}")
            if not order["documents"] and order["mapping"] is not None:
                self._describe_mapping(order["mapping"])

    def _describe_mapping(self, mapping: Mapping[str, Any]) -> None:
        """What the rules say of an order that becomes no documents."""
        for about in (*mapping["lines"], *mapping["rows"], *mapping["methods"]):
            self.stdout.write(f"  {about['title']} ({about['code']})".removesuffix(" ()"))
            for one in about["answers"]:
                self.stdout.write(f"    {_answer(one)}")
        self.stdout.write("  document")
        for one in mapping["document"]:
            self.stdout.write(f"    {_answer(one)}")

    def _describe_summaries(self, summaries: list[dict[str, Any]]) -> None:
        for summary in summaries:
            self.stdout.write(f"{summary['number']}: summary of {', '.join(summary['orders'])}")
            for document in summary["documents"]:
                self.stdout.write(f"  {_line(document)}")


def _line(document: dict[str, Any]) -> str:
    payload, totals = document["payload"], document["expected"]
    name = payload.get("InvoiceNumber") or payload.get("Name") or payload.get("Reference") or ""
    if totals:
        amount = f"{totals['Total']} {payload['CurrencyCode']} (tax {totals['TotalTax']})"
    else:
        amount = payload.get("Amount", "")
    return f"{document['kind']:<12} {name} {amount}".rstrip()


def _answer(told: Mapping[str, str]) -> str:
    """What was asked, its value and where it stands, as of a document's fields."""
    said = f"{told['what']} {told['value']}: {told['source'] or told['place']}"
    return f"{said} ({told['wrong']})" if told["wrong"] else said


def _prepared(
    store: Store, options: Mapping[str, Any]
) -> tuple[Preview, Sequence[Mapping[str, Any]]]:
    """The preview, and what it is of. Raises the shop's errors."""
    reader = registry.reader(store.platform)
    context = _context(store, options["context"])
    records: Sequence[Mapping[str, Any]]
    if options["order"] is not None:
        answer = ask_order(store, options["order"])
        known, records = answer.facts, answer.records
    else:
        known, records = parse_facts(store), _in_file(reader, options["file"])
    connected = store.organisation is not None and store.organisation.connected
    organisation = store.organisation.facts() if connected else NOT_CONNECTED  # type: ignore[union-attr]
    books = Books(snapshot(store), organisation, known_items(context))
    asked = options["order"] is not None
    return Preview(books, reader, over(known, context), asked=asked), records


def _in_file(reader: StoreAdapter, name: str) -> Sequence[Mapping[str, Any]]:
    try:
        return reader.documents_of(read_json(name))
    except ParseError as error:
        raise CommandError(f"{name}: {error}") from None


def _context(store: Store, name: str | None) -> ParseFacts:
    """The facts of the `--context` file; none without one."""
    context = read_json(name) if name else {}
    try:
        if not isinstance(context, dict):
            raise ValueError("must be an object")
        return given_facts(context, shop_timezone=store.profile.shop_timezone)
    except ValueError as error:
        raise CommandError(f"{name}: {error}") from None


def read_json(name: str) -> Any:
    """A JSON file with exact numbers; NaN and Infinity are refused later, with their field."""
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
        return exact_json.loads(text)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise CommandError(f"{name} is not JSON: {error}") from None
