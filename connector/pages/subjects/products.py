"""Products with an account or a tax type of their own: searched, edited, and as CSV in and out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from connector.configuration.versions.edit import edit
from connector.configuration.versions.refusals import Conflict, DraftRefused, Outdated
from connector.lib.rights import MAPPING, right
from connector.pages.parts.core_texts import in_words
from connector.pages.parts.fields import AccountField, TaxTypeField
from connector.pages.stores.away import in_use
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor, Row, RowsEditor, RowsOf
from connector.pages.subjects.page import page_of
from stores.models import Store

PATH = ("products",)
COLUMNS = ("sku", "sales_account", "purchase_account", "tax_type")
_SHOWN = 100
_MAX_FILE = 2_000_000
# What a spreadsheet would take for a formula stands behind an apostrophe.
_FORMULA = ("=", "+", "-", "@", "\t", "'")


def form_of(around: Around) -> type[forms.Form]:
    class ProductRow(forms.Form):
        at = forms.CharField(required=False, widget=forms.HiddenInput)
        sku = forms.CharField(label=gettext_lazy("SKU"), required=False)
        sales_account = AccountField(
            around.organisation, "accounts.sales", shared="sales-accounts",
            label=gettext_lazy("Sales account"), required=False,
        )  # fmt: skip
        purchase_account = AccountField(
            around.organisation, "accounts.purchases", shared="purchase-accounts",
            label=gettext_lazy("Purchase account"), required=False,
        )  # fmt: skip
        tax_type = TaxTypeField(
            around.organisation, shared="product-taxes", label=gettext_lazy("Tax type"),
            required=False,
        )  # fmt: skip

    return ProductRow


def found(products: Sequence[dict[str, Any]], text: str) -> list[int]:
    """The places of those whose SKU, accounts or tax type hold the text: the first hundred."""
    wanted = text.casefold()
    places = (
        at
        for at, product in enumerate(products)
        if any(wanted in str(value).casefold() for value in product.values())
    )
    return [at for at, _count in zip(places, range(_SHOWN), strict=False)]


def rows_of(around: Around) -> RowsOf:
    """Those that were searched for, as rows; what is not shown stays where it is."""
    products: list[dict[str, Any]] = list(around.drafted.value(*PATH) or [])
    shown = found(products, around.query)

    def split(_value: Any) -> Iterable[Row]:
        return ({"at": str(at), **products[at]} for at in shown)

    def join(rows: Sequence[Row]) -> list[dict[str, Any]]:
        kept: dict[int, dict[str, Any]] = {
            at: product for at, product in enumerate(products) if at not in set(shown)
        }
        added = []
        for row in rows:
            given = {key: row[key] for key in COLUMNS if row[key]}
            place = int(row["at"]) if str(row["at"]).isdecimal() else -1
            if place in shown and place not in kept:
                kept[place] = given
            else:
                added.append(given)
        return [kept[at] for at in sorted(kept)] + added

    return RowsOf(
        path=PATH,
        form=form_of,
        split=split,
        join=join,
        place=lambda number, row: f"products[{row.get('at') or number}]",
        title=gettext_lazy("Products"),
        noun=gettext_lazy("product"),
        add=gettext_lazy("Add a product"),
        ordered=False,
        help=gettext_lazy("A product that is not listed follows the rules and the accounts."),
        template="subjects/_products.html",
    )


class ProductsEditor(RowsEditor):
    """The rows, with what the page says of the search."""

    def __init__(self, around: Around, sent: QueryDict | None) -> None:
        super().__init__(around, rows_of(around), sent)
        self.query = around.query
        self.count = len(around.drafted.value(*PATH) or [])
        self.limit = _SHOWN
        self.seen = around.drafted.seen(PATH)


def _parts(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
    return (ProductsEditor(around, sent),)


products = page_of("products", _parts, "subjects/products.html", searched=True)


@right()
@require_safe
def products_out(request: HttpRequest, slug: str) -> HttpResponse:
    """All products of the draft as CSV."""
    store = get_object_or_404(Store.objects.select_related("organisation"), slug=slug)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for product in Around.of(store).drafted.value(*PATH) or []:
        writer.writerow([_cell(product.get(key, "")) for key in COLUMNS])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{store.slug}-products.csv"'
    return response


@right(MAPPING, reading=False)
@require_POST
@in_use
def products_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The products of a CSV file take the place of those in the draft."""
    store = get_object_or_404(Store.objects.select_related("organisation"), slug=slug)
    page = reverse("accounts:mapping-products", args=[slug])
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > _MAX_FILE:
        messages.error(request, _("Nothing was changed: choose a CSV file of at most 2 MB."))
        return redirect(page)
    try:
        rows = read_csv(file.read())
        edit(store, PATH, rows, author=request.user, seen=request.POST.get("seen", ""))
    except ValueError as error:
        messages.error(request, _("Nothing was changed: %(why)s") % {"why": error})
    except DraftRefused as refused:
        lines = [_line(in_words(line)) for line in refused.lines]
        more = len(lines) - 10
        said = "; ".join(lines[:10]) + (_(" and %(n)s more") % {"n": more} if more > 0 else "")
        messages.error(request, _("Nothing was changed: %(why)s") % {"why": said})
    except (Conflict, Outdated):
        messages.error(
            request,
            _(
                "Nothing was changed: somebody else has changed the products since you opened "
                "the page. Look at them, and send the file again."
            ),
        )
    else:
        text = ngettext(
            "%(n)s product is in the draft.", "%(n)s products are in the draft.", len(rows)
        )
        messages.success(request, text % {"n": len(rows)})
    return redirect(page)


def read_csv(content: bytes) -> list[dict[str, Any]]:
    """The products of a file with a head of `COLUMNS`, of which sku is needed. Raises ValueError
    in words."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(_("the file is not written in UTF-8.")) from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    heads = [str(head).strip().lower() for head in reader.fieldnames or []]
    reader.fieldnames = heads
    if unknown := [head for head in heads if head not in COLUMNS]:
        raise ValueError(
            _("its first line names “%(head)s”; it may name %(known)s.")
            % {"head": unknown[0], "known": ", ".join(COLUMNS)}
        )
    if "sku" not in heads:
        raise ValueError(_("its first line does not name sku."))
    return [
        _product(row, number) for number, row in enumerate(reader, start=2) if any(row.values())
    ]


def _product(row: dict[Any, Any], number: int) -> dict[str, Any]:
    if None in row:
        raise ValueError(_("line %(line)s has more cells than the first line.") % {"line": number})
    cells = {key: _plain(row.get(key) or "") for key in COLUMNS}
    if not cells["sku"]:
        raise ValueError(_("line %(line)s has no sku.") % {"line": number})
    return {key: value for key, value in cells.items() if value}


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _line(refused: str) -> str:
    """`products[2].sku: …` by the line of the file."""
    place, _colon, message = refused.partition(": ")
    number, _bracket, inner = place.removeprefix("products[").partition("]")
    if not number.isdecimal():
        return refused
    key = inner.lstrip(".") or "sku"
    return _("line %(line)s, %(key)s: %(message)s") % {
        "line": int(number) + 2, "key": key, "message": message,
    }  # fmt: skip
