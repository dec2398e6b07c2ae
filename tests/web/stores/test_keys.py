"""Adding a store, and typing its keys."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from accounts_mapping.models import MappingVersion
from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.models import InstallationChange
from stores import registry
from stores.models import Store
from tests.web.factories import OrganisationFactory

NEW = {
    "name": "AU shop", "slug": "", "url": "https://shop.example.com/", "base_currency": "aud",
    "timezone": "Australia/Sydney", "organisation": "Demo",
}  # fmt: skip
FOUR = {
    "consumer_key": "ck-1", "consumer_secret": "cs-1", "access_token": "at-1",
    "access_token_secret": "as-1",
}  # fmt: skip
MAGENTO = "/add-store/?platform=magento"


def said(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def added(page: Client, **more: Any) -> Any:
    return page.post(MAGENTO, NEW | FOUR | more)


@pytest.mark.django_db
def test_each_platform_asks_for_its_own_keys(page: Client) -> None:
    first = page.get("/add-store/").text
    for name in registry.platforms():
        assert f'href="?platform={name}"' in first
        form = page.get(f"/add-store/?platform={name}").text
        for way in registry.profile(name).ways_in:
            for one in way.credentials:
                assert f'type="password" name="{one.key}"' in form
            assert all(click.split()[0] in form for click in way.clicks)
    assert "What is the shop run by?" in page.get("/add-store/?platform=etrade").text


@pytest.mark.django_db
def test_a_store_is_added_switched_off_with_its_keys(page: Client, ana: Any) -> None:
    answer = added(page)
    assert answer["Location"] == "/stores/au-shop/"
    store = Store.objects.get()
    assert (store.slug, store.enabled, store.number_prefix) == ("au-shop", False, "AU-SHOP-")
    assert (store.profile.url, store.profile.base_currency) == ("https://shop.example.com", "AUD")
    assert store.credentials == FOUR
    version = MappingVersion.objects.get()
    assert (version.author, version.origin) == (ana, MappingVersion.Origin.PAGES)
    # What was typed is a file that says the same.
    text = exported()
    keys = {f"STORE_AU_SHOP_{key.upper()}": value for key, value in FOUR.items()}
    assert import_configuration(text, lookup=keys.get).changes == ()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"url": "shop.example.com"}, "must be an address such as"),
        ({"base_currency": "AUX"}, "must be an ISO 4217 currency code"),
        ({"timezone": "Sydney"}, "not in the list"),
        ({"slug": "A B"}, "small letters, digits and hyphens"),
        ({"access_token": ""}, "required"),
        ({"bearer": "b-1"}, "one of them only"),
        ({"name": ""}, "This field is required"),
    ],
)
@pytest.mark.django_db
def test_what_an_import_would_refuse_is_refused_and_what_was_typed_stays(
    page: Client, more: dict[str, str], message: str
) -> None:
    text = added(page, **more).text
    assert message in said(text)
    assert "shop.example.com" in text
    # But for secrets: these are never sent back.
    assert "cs-1" not in text
    assert not Store.objects.exists()


@pytest.mark.django_db
def test_a_name_that_is_taken_is_refused(page: Client) -> None:
    added(page)
    assert "there is a store of this name already" in said(
        added(page, url="https://b.example").text
    )
    assert Store.objects.count() == 1


@pytest.mark.django_db
def test_keys_that_are_left_empty_stay_and_others_take_their_place(page: Client) -> None:
    added(page, webhook_secret="hook-1")
    form = page.get("/stores/au-shop/keys/").text
    for secret in (*FOUR.values(), "hook-1"):
        assert secret not in form
    page.post("/stores/au-shop/keys/", {"access_token": "at-2"})
    store = Store.objects.get()
    assert store.credentials == FOUR | {"access_token": "at-2"}
    assert store.webhook_secret == "hook-1"
    page.post("/stores/au-shop/keys/", {"bearer": "b-1"})
    assert Store.objects.get().credentials == {"bearer": "b-1"}
    text = page.post("/stores/au-shop/keys/", {"consumer_key": "x"}).text
    assert "required" in said(text)
    assert Store.objects.get().credentials == {"bearer": "b-1"}


@pytest.mark.django_db
def test_a_store_that_is_sent_twice_is_added_once(page: Client) -> None:
    added(page)
    again = added(page)
    assert "there is a store of this name already" in said(again.text)
    assert Store.objects.count() == 1
    assert MappingVersion.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", [MAGENTO, "/stores/au/keys/", "/stores/au/secret/"])
def test_a_form_after_the_log_in_has_ended_leads_to_the_log_in_and_says_that_it_is_lost(
    ana: Any, store: Store, address: str
) -> None:
    stranger = Client()
    answer = stranger.post(address, NEW | FOUR)
    assert answer.status_code == 302
    stranger.force_login(ana)
    after = unquote(answer["Location"].partition("next=")[2])
    assert "was not carried out" in said(stranger.get(after, follow=True).text)
    assert Store.objects.get().credentials == store.credentials


@pytest.mark.django_db
def test_a_form_without_its_token_says_that_nothing_was_changed(ana: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    answer = strict.post(MAGENTO, NEW | FOUR)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert not Store.objects.exists()


@pytest.mark.django_db
def test_a_secret_is_made_shown_once_and_written_down(page: Client, ana: Any) -> None:
    added(page)
    address = "/stores/au-shop/secret/"
    asked = page.get(address).text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', asked)
    assert seen is not None

    answer = page.post(address, {"seen": seen[1]})

    made = Store.objects.get().webhook_secret
    assert len(made) > 40
    assert made in answer.text
    assert "no-store" in answer["Cache-Control"]
    row = InstallationChange.objects.get()
    assert (row.author, row.changes) == (ana, ["stores.au-shop.webhook_secret: set"])

    again = page.post(address, {"seen": seen[1]}, follow=True).text
    assert "the page that showed it is gone" in again
    assert Store.objects.get().webhook_secret == made
    for shown in (
        again,
        page.get("/stores/au-shop/").text,
        page.get("/settings/").text,
        exported(),
    ):
        assert made not in shown


@pytest.mark.django_db
def test_the_connected_organisations_are_offered(page: Client) -> None:
    OrganisationFactory(name="Demo Company (AU)")
    assert "Demo Company (AU)" in page.get(MAGENTO).text
    assert "not connected" in said(added(page).text)
    assert added(page, organisation="demo company (au)").status_code == 302
    assert Store.objects.get().organisation is not None
