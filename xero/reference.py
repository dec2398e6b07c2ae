"""Reading what an organisation has: itself, accounts, tax rates, tracking, currencies, themes.

Six calls. Done on connecting, on demand, and by a sweep when the copy is hours old. Rows
that Xero no longer lists are kept as DELETED where a mapping may point at them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.db import models, transaction
from django.db.models import Q

from connector.lib import clock
from connector.lib.errors import Temporary
from connector.lib.money import plain
from xero.api.gateway import Gateway
from xero.api.replies import amount, day, text
from xero.models import (
    Account,
    BrandingTheme,
    Currency,
    Lane,
    Organisation,
    TaxRate,
    TrackingCategory,
)
from xero.models.reference import CLASS_FLAGS

MAX_AGE: Final = timedelta(hours=6)
# A person may lock a period at any time; posting looks again after this long, and at once when
# Xero refuses a date. Each look is a call, and a Starter app has 1,000 a day.
LOCK_DATES_MAX_AGE: Final = timedelta(minutes=20)
_TRY_AGAIN: Final = timedelta(minutes=2)
GONE: Final = "DELETED"

Element = Mapping[str, Any]
M = TypeVar("M", bound=models.Model)


def refresh(organisation: Organisation, *, lane: Lane = Lane.LIVE) -> None:
    """Read everything and store it at once. Raises the gateway's errors; nothing is stored then."""
    gateway = Gateway(organisation, lane)
    details = _one(gateway.read("organisation").json)
    accounts = _listed(gateway.read("accounts").json, "Accounts")
    rates = _listed(gateway.read("tax_rates").json, "TaxRates")
    tracking = _listed(
        gateway.read("tracking_categories", include_archived=True).json, "TrackingCategories"
    )
    currencies = _listed(gateway.read("currencies").json, "Currencies")
    themes = _listed(gateway.read("branding_themes").json, "BrandingThemes")
    with transaction.atomic():
        _store_details(organisation, details)
        _replace(organisation, Account, "account_id", map(_account, accounts))
        _replace(organisation, TaxRate, "tax_type", map(_tax_rate, rates))
        _replace(organisation, TrackingCategory, "category_id", map(_tracking, tracking))
        _replace(organisation, Currency, "code", map(_currency, currencies))
        _replace(organisation, BrandingTheme, "theme_id", map(_theme, themes))
        organisation.reference_refreshed_at = clock.now()
        organisation.save(update_fields=["reference_refreshed_at"])


def refresh_accounts(organisation: Organisation, gateway: Gateway) -> None:
    """Read the chart of accounts alone, after one was made. One call; raises as `refresh`."""
    rows = map(_account, _listed(gateway.read("accounts").json, "Accounts"))
    with transaction.atomic():
        _replace(organisation, Account, "account_id", rows)


def refresh_tracking(organisation: Organisation, *, lane: Lane = Lane.LIVE) -> None:
    """Read the tracking categories alone, after one was changed. Raises as `refresh`."""
    answer = Gateway(organisation, lane).read("tracking_categories", include_archived=True)
    rows = map(_tracking, _listed(answer.json, "TrackingCategories"))
    with transaction.atomic():
        _replace(organisation, TrackingCategory, "category_id", rows)


def refresh_if_due(
    organisation: Organisation, *, max_age: timedelta = MAX_AGE, lane: Lane = Lane.LIVE
) -> bool:
    """`refresh` if the copy is older than `max_age` and nobody has just tried; whether it was."""
    now = clock.now()
    due = Organisation.objects.reference_due(now, older_than=max_age)
    not_just_tried = Q(reference_tried_at=None) | Q(reference_tried_at__lte=now - _TRY_AGAIN)
    if not due.filter(not_just_tried, pk=organisation.pk).update(reference_tried_at=now):
        return False
    refresh(organisation, lane=lane)
    return True


def ensure_lock_dates(organisation: Organisation, *, lane: Lane = Lane.LIVE) -> None:
    """Before posting: the lock dates are at most some minutes old. One call, or none."""
    organisation.refresh_from_db(
        fields=["details_refreshed_at", "period_lock_date", "end_of_year_lock_date"]
    )
    read_at = organisation.details_refreshed_at
    if read_at is None or read_at < clock.now() - LOCK_DATES_MAX_AGE:
        _store_details(organisation, _one(Gateway(organisation, lane).read("organisation").json))


def _one(answer: Element) -> Element:
    found = _listed(answer, "Organisations")
    if len(found) != 1:
        raise Temporary(f"Xero described {len(found)} organisations instead of one.")
    return found[0]


def _listed(answer: Element, envelope: str) -> list[Element]:
    found = answer.get(envelope)
    if not isinstance(found, list):
        raise Temporary(f"Xero's answer holds no {envelope}.")
    return found


def _store_details(organisation: Organisation, element: Element) -> None:
    values = {
        "name": text(element.get("Name")),
        "base_currency": text(element.get("BaseCurrency")),
        "country": text(element.get("CountryCode")),
        "timezone": text(element.get("Timezone")),
        "short_code": text(element.get("ShortCode")),
        "edition": text(element.get("Edition")),
        "plan_class": text(element.get("Class")),
        "is_demo_company": element.get("IsDemoCompany") is True,
        "period_lock_date": day(element.get("PeriodLockDate")),
        "end_of_year_lock_date": day(element.get("EndOfYearLockDate")),
        "details_refreshed_at": clock.now(),
    }
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=list(values))


def _replace(
    organisation: Organisation, model: type[M], key: str, rows: Iterable[dict[str, Any]]
) -> None:
    """Make the rows of `model` those given; what is not among them is gone, or said to be."""
    by_key = {row[key]: model(organisation=organisation, **row) for row in rows}
    columns = [f.name for f in model._meta.fields if f.name not in ("id", "organisation", key)]
    objects = model._default_manager
    if by_key:
        objects.bulk_create(
            by_key.values(),
            update_conflicts=True,
            unique_fields=["organisation", key],
            update_fields=columns,
        )
    missing = objects.filter(organisation=organisation).exclude(**{f"{key}__in": list(by_key)})
    if "status" in columns:
        missing.update(status=GONE)
    else:
        missing.delete()


def _account(element: Element) -> dict[str, Any]:
    return {
        "account_id": element["AccountID"],
        "code": text(element.get("Code")),
        "name": text(element.get("Name")),
        "type": text(element.get("Type")),
        "account_class": text(element.get("Class")),
        "status": text(element.get("Status")),
        "tax_type": text(element.get("TaxType")),
        "system_account": text(element.get("SystemAccount")),
        "payments_enabled": element.get("EnablePaymentsToAccount") is True,
        "currency": text(element.get("CurrencyCode")),
        "description": text(element.get("Description")),
    }


def _tax_rate(element: Element) -> dict[str, Any]:
    rate = amount(element.get("EffectiveRate", element.get("DisplayTaxRate")))
    return {
        "tax_type": element["TaxType"],
        "name": text(element.get("Name")),
        "effective_rate_text": "0" if rate is None else plain(rate),
        # One that does not say its rate cannot be compared with the shop's: not to be used.
        "status": "NO RATE" if rate is None else text(element.get("Status")),
        "applies_to": [name for name, flag in CLASS_FLAGS.items() if element.get(flag) is True],
    }


def _tracking(element: Element) -> dict[str, Any]:
    options = [
        {
            "id": option["TrackingOptionID"],
            "name": text(option.get("Name")),
            "status": text(option.get("Status")),
        }
        for option in element.get("Options") or ()
    ]
    return {
        "category_id": element["TrackingCategoryID"],
        "name": text(element.get("Name")),
        "status": text(element.get("Status")),
        "options": options,
    }


def _currency(element: Element) -> dict[str, Any]:
    return {"code": element["Code"], "name": text(element.get("Description"))}


def _theme(element: Element) -> dict[str, Any]:
    return {
        "theme_id": element["BrandingThemeID"],
        "name": text(element.get("Name")),
        "sort_order": element.get("SortOrder") or 0,
    }
