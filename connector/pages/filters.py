"""The filters over the list of orders."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connector.lib.days import begin_of, end_of
from connector.pages.attention.waiting import ATTENTION, WaitingOrders, title_of, with_reason
from stores.models import Store
from sync.models import Posting, PostingSource, TrackedOrder
from xero.documents.kinds import Kind
from xero.models import Organisation

_STATES = [
    ("", gettext_lazy("Any state")),
    ("attention", gettext_lazy("Needs attention")),
    *TrackedOrder.Label.choices,
    *TrackedOrder.Ending.choices,
]


class DateInput(forms.DateInput):
    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value


class OrderFilters(forms.Form):
    """All optional; what makes no sense is said beside its field and filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=100, strip=True,
        widget=forms.TextInput(
            attrs={
                "type": "search", "placeholder": gettext_lazy("Number or name"),
                "autocomplete": "off",
            }
        ),
    )  # fmt: skip
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=_STATES)
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=DateInput,
        error_messages={"invalid": gettext_lazy("Type a date such as 2026-11-30.")},
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=DateInput,
        error_messages={"invalid": gettext_lazy("Type a date such as 2026-11-30.")},
    )  # fmt: skip

    def __init__(self, data: Any, *, stores: list[Store], groups: list[WaitingOrders]) -> None:
        super().__init__(data)
        self._stores = stores
        store, reason = self.fields["store"], self.fields["reason"]
        assert isinstance(store, forms.ChoiceField)
        assert isinstance(reason, forms.ChoiceField)
        store.choices = [
            ("", _("All stores")),
            *((s.slug, s.name) for s in stores if _offered(s, data)),
        ]
        codes = {group.code: group.title for group in groups}
        if (asked := self.data.get("reason", "")) and (title := title_of(asked)):
            codes.setdefault(asked, title)
        reason.choices = [("", _("Any reason")), *codes.items()]

    @property
    def active(self) -> bool:
        """Whether anything is filtered at all."""
        self.is_valid()
        return any(self.cleaned_data.values())

    @property
    def query(self) -> str:
        """What is filtered by, as an address has it; what makes no sense left out."""
        self.is_valid()
        kept = {name: self.data.get(name, "") for name in self.fields if name not in self.errors}
        return urlencode({name: value for name, value in kept.items() if value})

    @property
    def narrow(self) -> bool:
        """Whether a filter is set that phones show only on demand."""
        self.is_valid()
        return any(self.cleaned_data.get(name) for name in ("store", "reason", "since", "until"))

    def apply(self, orders: QuerySet[TrackedOrder]) -> QuerySet[TrackedOrder]:
        """The orders that fit."""
        self.is_valid()
        chosen = self.cleaned_data
        if state := chosen.get("state"):
            orders = _in_state(orders, state)
        if slug := chosen.get("store"):
            orders = orders.filter(store__in=[s.pk for s in self._stores if s.slug == slug])
        if chosen.get("since") or chosen.get("until"):
            orders = orders.filter(self._placed(chosen.get("since"), chosen.get("until")))
        if code := chosen.get("reason"):
            orders = with_reason(orders, code)
        if text := chosen.get("q"):
            orders = orders.filter(_named(text))
        return orders

    def _placed(self, since: date | None, until: date | None) -> Q:
        """Both days included, as days of each store's own books."""
        wanted = Q(pk__in=[])
        for zone in {zone_of(store) for store in self._stores}:
            stores = [store.pk for store in self._stores if zone_of(store) == zone]
            within = Q(store__in=stores)
            if since:
                within &= Q(placed_at__gte=begin_of(since, zone))
            if until:
                within &= Q(placed_at__lt=end_of(until, zone))
            wanted |= within
        return wanted


def zone_of(store: Store) -> str:
    """The time zone of a store's books."""
    return str(store.settings.get("timezone") or "UTC")


def _in_state(orders: QuerySet[TrackedOrder], state: str) -> QuerySet[TrackedOrder]:
    if state in TrackedOrder.Ending.values:
        return orders.filter(pk__in=TrackedOrder.objects.ended(state).values("pk"))
    return orders.filter(label__in=ATTENTION if state == "attention" else (state,))


def _named(text: str) -> Q:
    """By order number, customer's name or e-mail (each by its beginning), or Xero's number."""
    invoices = Posting.objects.filter(
        organisation__in=Organisation.objects.values("pk"), kind=Kind.INVOICE, key=text
    )
    return (
        Q(number__istartswith=text)
        | Q(customer_name__istartswith=text)
        | Q(customer_email__istartswith=text)
        | Q(pk__in=invoices.filter(order__isnull=False).values("order_id"))
        | Q(pk__in=PostingSource.objects.filter(posting__in=invoices).values("order_id"))
    )


def _offered(store: Store, data: Any) -> bool:
    """An archived store is no choice, but where it was chosen by its page."""
    return not store.archived or store.slug == (data or {}).get("store")
