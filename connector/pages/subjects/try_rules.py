"""Rules tried on an order as they stand in the page, before anybody saves or publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounting.books import Books
from accounts_mapping.rules.schema import StoreRules
from connector.lib.errors import ConnectorError
from connector.pages.mapping.looking import snapshot_of
from connector.pages.orders.given import Given, Looked, OrderForm, asked, looked_at, pasted, stored
from connector.pages.parts.core_texts import errors_shown
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor
from connector.pages.subjects.page import Saving, refuse
from stores.models import Store
from sync.ingest.pull import in_words
from sync.models import TrackedOrder

_RECENT = 20
_BUTTON = "try"


class TriedOrder(OrderForm):
    """One of the store's orders, or one that is not here."""

    field_order = ("order", "number", "pasted")
    order = forms.ChoiceField(label=gettext_lazy("An order of the store"), required=False)

    def __init__(self, store: Store, sent: QueryDict | None) -> None:
        super().__init__(sent, prefix=_BUTTON)
        recent = TrackedOrder.objects.filter(store=store, placed_at__isnull=False)
        rows = recent.order_by("-placed_at", "-pk").values_list("pk", "number", "customer_name")
        choices = [(str(pk), f"{number} {name}".strip()) for pk, number, name in rows[:_RECENT]]
        self.fields["order"].choices = [("", _("–")), *choices]  # type: ignore[attr-defined]

    def given(self, store: Store, rules: StoreRules) -> Given | None:
        """The order; None where the form says why there is none."""
        chosen, number, text = (self.cleaned_data[one] for one in self.field_order)
        mine = TrackedOrder.objects.select_related("store", "record").filter(store=store)
        try:
            if text:
                return pasted(store, text)
            row = mine.filter(number=number).first() if number else mine.get(pk=chosen)
            return stored(row) if row is not None else asked(store, number, rules)
        except ConnectorError as error:
            self.add_error("number", in_words(error))
        except ValueError as error:
            self.add_error("pasted", str(error))
        return None


class TryRules:
    """What stands beside the rules: which order, and what becomes of it by them."""

    def pressed(self, sent: QueryDict) -> bool:
        return _BUTTON in sent

    def shown(
        self, around: Around, editors: Sequence[Editor], saving: Saving, sent: QueryDict | None
    ) -> dict[str, Any]:
        pressed = sent is not None and self.pressed(sent)
        form = TriedOrder(around.store, sent if pressed else None)
        found: list[Looked] = []
        if pressed and form.is_valid():
            found = self._tried(around, editors, saving, form)
        return {"trying": form, "found": found}

    def _tried(
        self, around: Around, editors: Sequence[Editor], saving: Saving, form: TriedOrder
    ) -> list[Looked]:
        saving.seen = form.data.get("seen", "")
        if not all(one.is_valid() for one in editors):
            return []
        edits = {path: value for one in editors for path, value in one.edits().items()}
        checked = around.drafted.checked_with(edits)
        if checked.section is None:
            saving.above = refuse(editors, errors_shown(checked.errors))
            return []
        given = form.given(around.store, checked.section.store_rules)
        if given is None:
            return []
        books = Books(snapshot_of(around.store, checked.section), around.organisation)
        by = _("By the draft with the rules as they stand here, which are not saved")
        return looked_at(around.store, books, given, by)
