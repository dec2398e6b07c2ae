"""What an organisation has, read from Xero and kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from connector.lib import clock
from connector.lib.errors import Temporary
from sandbox.xero import StandIn
from xero import reference
from xero.documents.facts import AccountFacts
from xero.models import Account, Currency, Organisation, TaxRate, TrackingCategory


def test_everything_is_read_in_six_calls(organisation: Organisation, xero: StandIn) -> None:
    reference.refresh(organisation)

    organisation.refresh_from_db()
    assert xero.tenant_stats()["total"] == 6
    assert (organisation.base_currency, organisation.country) == ("AUD", "AU")
    assert organisation.short_code == "!AUd000"
    assert organisation.timezone == "AUSEASTERNSTANDARDTIME"
    assert organisation.is_demo_company
    assert organisation.reference_refreshed_at is not None
    assert organisation.accounts.count() == len(xero.ledger()["Accounts"])
    assert set(organisation.currencies.values_list("code", flat=True)) == {
        "AUD",
        "NZD",
        "USD",
        "EUR",
        "GBP",
    }
    assert organisation.branding_themes.get().name == "Standard"


def test_the_facts_are_what_the_pure_modules_need(
    organisation: Organisation, xero: StandIn
) -> None:
    xero.person("lock", period="2026-01-31", year_end="2025-06-30")
    reference.refresh(organisation)

    facts = organisation.facts()

    assert facts.connected
    assert facts.lock_date == date(2026, 1, 31)
    bank = facts.accounts["090"]
    assert bank == AccountFacts(
        account_id=bank.account_id,
        code="090",
        name="Business Bank Account",
        type="BANK",
        account_class="ASSET",
        status="ACTIVE",
        tax_type="BASEXCLUDED",
        currency="AUD",
    )
    assert facts.accounts[bank.account_id] is bank
    assert facts.tax_rates["OUTPUT"].effective_rate == Decimal(10)
    assert facts.tax_rates["OUTPUT"].applies_to == {"ASSET", "LIABILITY", "REVENUE"}
    assert facts.tracking["Region"].options == {"North", "South", "Online"}
    assert facts.rounding_account is not None
    assert list(facts.branding_themes) == ["Standard"]


def test_before_the_first_reading_nothing_is_known(organisation: Organisation) -> None:
    assert not organisation.facts().connected


def test_an_archived_account_keeps_its_row_and_says_so(
    organisation: Organisation, xero: StandIn
) -> None:
    reference.refresh(organisation)
    kept = Account.objects.get(code="091")
    xero.person("archive_account", account="091")

    reference.refresh(organisation)

    assert Account.objects.get(code="091").pk == kept.pk
    assert Account.objects.get(code="091").status == "ARCHIVED"


def test_what_xero_no_longer_lists_is_deleted_or_gone(
    organisation: Organisation, xero: StandIn
) -> None:
    gone = Account.objects.create(organisation=organisation, account_id="x", code="999")
    Currency.objects.create(organisation=organisation, code="CHF")
    TaxRate.objects.create(organisation=organisation, tax_type="OLD", status="ACTIVE")
    TrackingCategory.objects.create(organisation=organisation, category_id="x", status="ACTIVE")

    reference.refresh(organisation)

    gone.refresh_from_db()
    assert gone.status == "DELETED"
    assert TaxRate.objects.get(tax_type="OLD").status == "DELETED"
    assert TrackingCategory.objects.get(category_id="x").status == "DELETED"
    assert not Currency.objects.filter(code="CHF").exists()


def test_a_failure_in_the_middle_changes_nothing(organisation: Organisation, xero: StandIn) -> None:
    xero.faults({"kind": "error_before", "match": {"path": "BrandingThemes"}})

    with pytest.raises(Temporary):
        reference.refresh(organisation)

    assert Account.objects.count() == 0
    organisation.refresh_from_db()
    assert organisation.reference_refreshed_at is None


def test_a_fresh_copy_is_not_read_again(organisation: Organisation, xero: StandIn) -> None:
    assert reference.refresh_if_due(organisation)
    assert not reference.refresh_if_due(organisation)
    assert xero.tenant_stats()["total"] == 6

    Organisation.objects.update(
        reference_refreshed_at=clock.now() - reference.MAX_AGE,
        reference_tried_at=clock.now() - timedelta(minutes=3),
    )
    assert reference.refresh_if_due(organisation)


def test_after_a_failure_it_is_not_tried_again_at_once(
    organisation: Organisation, xero: StandIn
) -> None:
    xero.faults({"kind": "error_before", "match": {"count": 0}})
    with pytest.raises(Temporary):
        reference.refresh_if_due(organisation)
    assert not reference.refresh_if_due(organisation)

    Organisation.objects.update(reference_tried_at=clock.now() - timedelta(minutes=3))
    xero.faults()
    assert reference.refresh_if_due(organisation)


def test_lock_dates_are_at_most_twenty_minutes_old(
    organisation: Organisation, xero: StandIn
) -> None:
    reference.ensure_lock_dates(organisation)
    xero.person("lock", period="2026-01-31")
    reference.ensure_lock_dates(organisation)
    assert organisation.lock_date is None
    assert xero.tenant_stats()["total"] == 1

    Organisation.objects.update(details_refreshed_at=clock.now() - timedelta(minutes=21))
    reference.ensure_lock_dates(organisation)
    assert organisation.lock_date == date(2026, 1, 31)

    xero.person("lock", period=None)
    Organisation.objects.update(details_refreshed_at=clock.now() - timedelta(minutes=21))
    reference.ensure_lock_dates(organisation)
    assert organisation.lock_date is None


@pytest.mark.django_db(transaction=True)
def test_no_transaction_may_be_open_around_a_reading(
    organisation: Organisation, xero: StandIn
) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        reference.refresh(organisation)
    assert xero.tenant_stats()["total"] == 0
