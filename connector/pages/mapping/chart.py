"""The chart of accounts, as read from Xero, and what each account is used for here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts_mapping.models import MappingVersion
from accounts_mapping.rules.schema import ACCOUNT_KEYS, RowAccount, StoreRules, payment_accounts
from connector.lib import doorbell
from connector.lib.marks import row_key
from connector.lib.rights import ORGANISATIONS, right
from connector.pages.mapping.filters import ChartFilters
from connector.pages.parts.account_words import class_name, place_name, type_name
from connector.pages.parts.ways import Tab
from xero.models import Account, Organisation, TaxRate

_PAGE_SIZE = 100
_COUNT_LIMIT = 10_000
_STATUSES = {"ACTIVE": gettext_lazy("Active"), "ARCHIVED": gettext_lazy("Archived")}


@right()
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """`?after=` is the id of the last account of the page before."""
    organisations = list(Organisation.objects.select_related("token_set"))
    wanted = request.GET.get("organisation", "")
    chosen = next((o for o in organisations if str(o.pk) == wanted), None)
    organisation = chosen or next(iter(organisations), None)
    filters = ChartFilters(request.GET, organisations=organisations)
    accounts = filters.apply(Account.objects.filter(organisation=organisation))
    found = list(_after(accounts, request.GET.get("after", ""))[: _PAGE_SIZE + 1])
    shown = found[:_PAGE_SIZE]
    uses = uses_of(organisation) if organisation and shown else {}
    rows = [_row(account, uses) for account in shown]
    context = {
        "filters": filters,
        "organisation": organisation,
        "several": len(organisations) > 1,
        "rows": rows,
        "count": accounts.order_by()[: _COUNT_LIMIT + 1].count(),
        "older": shown[-1].pk if len(found) > _PAGE_SIZE else None,
        "newer": request.GET.get("after", ""),
    }
    return render(request, "accounts/chart.html", context)


@right()
@require_safe
def tax_rates(request: HttpRequest) -> HttpResponse:
    """The tax rates of an organisation, `?organisation=` or the first, the active ones first."""
    organisations = list(Organisation.objects.select_related("token_set"))
    wanted = request.GET.get("organisation", "")
    chosen = next((o for o in organisations if str(o.pk) == wanted), None)
    organisation = chosen or next(iter(organisations), None)
    rates = TaxRate.objects.filter(organisation=organisation)
    context = {
        "organisation": organisation,
        "rates": sorted(rates, key=lambda rate: (rate.status != "ACTIVE", rate.name)),
        "tabs": [
            Tab(str(one), f"?organisation={one.pk}", current=one == organisation)
            for one in organisations[1:] and organisations
        ],
    }
    return render(request, "accounts/tax_rates.html", context)


def _row(account: Account, uses: dict[str, list[str]]) -> dict[str, Any]:
    """An account as the table shows it."""
    return {
        "account": account,
        "type": type_name(account.type),
        "class": class_name(account.account_class),
        "status": _STATUSES.get(account.status, account.status.capitalize()),
        "uses": [*uses.get(account.code, ()), *uses.get(account.account_id, ())],
    }


def _after(accounts: QuerySet[Account], mark: str) -> QuerySet[Account]:
    """In order of code, from behind the marked account."""
    accounts = accounts.order_by("code", "pk")
    last = Account.objects.filter(pk=row_key(mark) or 0).first()
    if last is None:
        return accounts
    return accounts.filter(Q(code__gt=last.code) | Q(code=last.code, pk__gt=last.pk))


def uses_of(organisation: Organisation) -> dict[str, list[str]]:
    """By account code (or AccountID), what the stores' rules in force use it for. One query."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    newest = MappingVersion.objects.filter(store=OuterRef("store")).order_by("-number")
    in_force = MappingVersion.objects.filter(
        store__organisation=organisation, number=Subquery(newest.values("number")[:1])
    )
    for version in in_force.annotate(store_name=F("store__name")):
        for account, use in used_accounts(version.rules):
            if version.store_name not in found[account][use]:
                found[account][use].append(version.store_name)
    return {
        account: [f"{use} ({', '.join(stores)})" for use, stores in uses.items()]
        for account, uses in found.items()
    }


def used_accounts(rules: StoreRules) -> Iterator[tuple[str, str]]:
    """Each account that the rules name, with what for."""
    for key in ACCOUNT_KEYS:
        if account := getattr(rules.accounts, key):
            yield account, place_name(key)
    for method, __, account in payment_accounts(rules):
        by = _("Payments by %(method)s") % {"method": method}
        yield account, _("Payments") if method == "*" else by
    for code, meaning in rules.total_rows.items():
        if isinstance(meaning, RowAccount):
            yield meaning.account, _("Total row %(code)s") % {"code": code}
    if rules.tax.sales_tax is not None:
        yield rules.tax.sales_tax.account, _("Sales tax")
    for tax in rules.tax.rules:
        if tax.account:
            yield tax.account, _("Tax as its own line")
    for product in rules.products:
        for account in (product.sales_account, product.purchase_account):
            if account:
                yield account, _("Product %(sku)s") % {"sku": product.sku}
    for rule in rules.rules:
        if rule.account:
            yield rule.account, _("A rule")


@right(ORGANISATIONS)
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Read accounts, tax rates and the rest from Xero again, in the background."""
    organisation = get_object_or_404(Organisation.objects.select_related("token_set"), pk=pk)
    if why := organisation.unavailable_reason():
        messages.error(request, _("Not refreshed: %(why)s") % {"why": why})
    else:
        doorbell.ring("xero.refresh_reference", organisation.pk)
        messages.success(
            request,
            _(
                "The accounts of %(organisation)s are being read again. "
                "Load this page anew in a few seconds."
            )
            % {"organisation": organisation},
        )
    return redirect(f"{reverse('accounts:chart')}?organisation={organisation.pk}")
