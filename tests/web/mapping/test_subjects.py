"""Where a person mends what a reason names."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from accounting.reason_kinds import REASONS
from accounts_mapping.rules.schema import StoreRules
from connector.pages.mapping import subjects
from connector.pages.mapping.subjects import SUBJECTS, anchor, field_url, reason_url, subject_of

PAGES = [
    path(f"mapping/<slug:slug>/{one.slug}/", lambda *_: HttpResponse(), name=f"mapping-{one.slug}")
    for one in SUBJECTS
]
urlpatterns = [
    path("", include("connector.pages.urls")),
    path("", include((PAGES, "accounts"))),
]
with_pages = override_settings(ROOT_URLCONF=__name__)


def test_every_section_of_the_rules_has_one_page_and_no_page_is_without_one():
    assert sorted(one.section for one in SUBJECTS) == sorted(StoreRules.model_fields)
    assert len(subjects.BY_SLUG) == len(SUBJECTS)


def test_every_reason_that_a_setting_decides_leads_to_a_page():
    with with_pages:
        for code, kind in REASONS.items():
            if kind.at:
                assert reason_url("au", {"code": code}), f"{code}: {kind.at}"


@pytest.mark.parametrize(
    ("field", "slug"),
    [
        ("tax.rules[3].tax_type", "taxes"),
        ("payment_accounts.checkmo.AUD", "payments"),
        ("accounts.sales", "accounts"),
        ("total_rows.cod fee", "total-rows"),
        ("rules[0]", "rules"),
    ],
)
def test_a_path_leads_to_the_field_of_its_subject(field, slug):
    with with_pages:
        assert field_url("au", field) == f"/mapping/au/{slug}/#{anchor(field)}"
    assert subject_of(field).slug == slug
    assert not set(anchor(field)) & set(" \t\"'#&")


def test_a_reason_of_the_configuration_leads_to_the_field_that_it_names():
    reason = {"code": "account_archived", "field": "payment_accounts.checkmo"}
    with with_pages:
        assert reason_url("au", reason) == "/mapping/au/payments/#payment_accounts.checkmo"


def test_a_field_of_the_shops_record_is_no_setting_of_the_same_name():
    with with_pages:
        assert reason_url("cs", {"code": "bad_list", "field": "products"}) == ""
        found = reason_url("cs", {"code": "total_row_unmapped", "field": "surcharge"})
        assert found == "/mapping/cs/total-rows/#total_rows"


def test_what_the_store_itself_decides_leads_to_its_page():
    with with_pages:
        assert reason_url("au", {"code": "before_cut_over"}) == "/stores/au/edit/#cut_over"


def test_a_page_that_is_not_there_is_no_link():
    with override_settings(ROOT_URLCONF="connector.pages.urls"):
        assert field_url("au", "tax.rules[0]") == ""
