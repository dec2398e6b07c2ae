"""Preview of an order that is not here yet: fetched from the shop, or pasted; nothing is kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounting.books import Books
from accounts_mapping.models import snapshot
from connector.lib.errors import ConnectorError
from connector.lib.rights import ORDERS, right
from connector.pages.mapping.looking import chosen_store
from connector.pages.orders.given import Given, Looked, OrderForm, asked, looked_at, pasted
from connector.pages.stores.away import in_use
from stores.models import Store
from sync.ingest.pull import in_words
from xero.documents.facts import NOT_CONNECTED


@right(ORDERS)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def store_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """GET asks which order, POST shows what it would become, also of a store that is off."""
    store = chosen_store(slug)
    form = OrderForm(request.POST if request.method == "POST" else None)
    found: list[Looked] = []
    if request.method == "POST" and form.is_valid():
        given = _given(store, form)
        if given is not None:
            organisation = store.organisation.facts() if store.organisation else NOT_CONNECTED
            found = looked_at(store, Books(snapshot(store), organisation), given)
    context = {"store": store, "form": form, "found": found}
    return render(request, "stores/preview.html", context)


def _given(store: Store, form: OrderForm) -> Given | None:
    """The order; None where the form says why there is none."""
    text = form.cleaned_data["pasted"]
    try:
        return pasted(store, text) if text else asked(store, form.cleaned_data["number"])
    except ConnectorError as error:
        form.add_error("number", in_words(error))
    except ValueError as error:
        form.add_error("pasted", str(error))
    return None
