"""`preview`: the documents that orders in a file would become; nothing is sent."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts_mapping.models import snapshot
from stores import registry
from stores.canonical import ParseError
from stores.models import Store
from sync.charges import Books
from sync.linking import link_organisations
from sync.preview import Preview, known_items, parse_facts
from xero.facts import NOT_CONNECTED


class Command(BaseCommand):
    help = "Show the documents that the orders of a file would become in Xero. Sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG")
        parser.add_argument("--file", required=True, metavar="FILE")
        parser.add_argument("--context", metavar="FILE", help="facts that the orders lack")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        link_organisations()
        store = Store.objects.select_related("organisation").filter(slug=options["store"]).first()
        if store is None:
            known = ", ".join(Store.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no store {options['store']!r}. Stores: {known}.")
        preview = _preview(store, options["context"])
        content = read_json(options["file"])
        try:
            records = registry.reader(store.platform).documents_of(content)
        except ParseError as error:
            raise CommandError(f"{options['file']}: {error}") from None
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


def _preview(store: Store, context_file: str | None) -> Preview:
    context = read_json(context_file) if context_file else {}
    try:
        if not isinstance(context, dict):
            raise ValueError("must be an object")
        facts = parse_facts(context, shop_timezone=store.profile.shop_timezone)
    except ValueError as error:
        raise CommandError(f"{context_file}: {error}") from None
    connected = store.organisation is not None and store.organisation.connected
    organisation = store.organisation.facts() if connected else NOT_CONNECTED  # type: ignore[union-attr]
    books = Books(snapshot(store), organisation, known_items(facts))
    return Preview(books, registry.reader(store.platform), facts)


def read_json(name: str) -> Any:
    """A JSON file with exact numbers; NaN and Infinity arrive as text and are refused later."""
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=str)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise CommandError(f"{name} is not JSON: {error}") from None
