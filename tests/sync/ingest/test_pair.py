"""A store is paired with its shop by one code: asked first, kept then, tried both ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import responses
from django.core.management import CommandError, call_command
from django.test import Client

from connector.lib import clock
from connector.lib.errors import Misconfigured, NotConnected
from stores import registry
from stores.adapters.cscart.pairing import made_code as cscart_code
from stores.adapters.opencart.pairing import made_code
from stores.models import Store
from stores.php.signing import hook_secret
from stores.signatures import signature
from sync.ingest.pair import pair
from tests.stores.cscart.addon_shop import URL, AddonPackage, as_listed
from tests.stores.cscart.cscart_records import order
from tests.stores.opencart.extension import SHOP, Extension
from tests.stores.php.package import KEY, SECRET
from tests.web.factories import StoreFactory

pytestmark = pytest.mark.django_db
CODE = made_code(SHOP, KEY, SECRET)
PUBLIC = "https://books.example.com"


@pytest.fixture
def shop() -> Iterator[Extension]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        made = Extension()
        made.serve(mocked)
        yield made


@pytest.fixture(autouse=True)
def address(settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOW_PRIVATE_HOSTS = PUBLIC, True


def opencart(url: str = SHOP, **changes: Any) -> Store:
    """A store as a configuration file without credentials leaves it."""
    made: Store = StoreFactory(slug="uk", platform="opencart", credentials={}, **changes)
    made.settings = made.settings | {"url": url, "base_currency": "GBP", "platform": "opencart"}
    made.save()
    return made


def kept(store: Store) -> tuple[str, dict[str, str]]:
    store.refresh_from_db()
    return store.settings["url"], dict(store.credentials)


def test_a_code_connects_a_store_and_both_ways_are_tried(shop: Extension) -> None:
    store = opencart()

    paired = pair(store, CODE)

    assert kept(store) == (SHOP, {"key": KEY, "secret": SECRET})
    assert paired.out == f"Your Store, OpenCart 3.0.5.1, extension 1.0.0, answers at {SHOP}."
    assert paired.reached
    assert PUBLIC in paired.back
    name, said = shop.calls[-1]
    assert name == "pair"
    assert said["callback"].startswith(f"{PUBLIC}/")
    assert said["callback"].rstrip("/").endswith("/uk")
    assert (said["store"], said["reach"]) == ("uk", True)
    assert store.facts["name"] == "Your Store"


def test_the_shop_s_greeting_is_answered_with_what_follows_from_the_keys(
    shop: Extension, client: Client
) -> None:
    store = opencart()
    pair(store, CODE)
    callback = shop.calls[-1][1]["callback"].removeprefix(PUBLIC)
    body = json.dumps({"hello": "9f0c"})
    timestamp = str(int(clock.timestamp()))
    answers = []
    for secret in (hook_secret(SECRET), SECRET):
        signed = signature(secret, timestamp, body.encode())
        answers.append(client.post(
            callback, body, content_type="application/json",
            headers={"X-Timestamp": timestamp, "X-Signature": signed},
        ))  # fmt: skip

    assert [one.status_code for one in answers] == [200, 401]
    assert answers[0].json() == {"hello": "9f0c", "store": "uk"}


@pytest.mark.parametrize("public", ["http://localhost:8000", "http://192.168.1.5", "http://nas"])
def test_where_the_shop_cannot_reach_us_polling_alone_is_said_to_work(
    shop: Extension, settings: Any, public: str
) -> None:
    settings.PUBLIC_URL = public

    paired = pair(opencart(), CODE)

    assert not paired.reached
    assert "polling alone is used" in paired.back
    assert shop.calls[-1][1]["reach"] is False


def test_a_shop_that_does_not_reach_us_says_why(shop: Extension, monkeypatch: Any) -> None:
    said = {"reached": False, "error": "Connection refused.", "status": 0}
    monkeypatch.setattr(Extension, "on_pair", lambda self, **all: said)

    paired = pair(opencart(), CODE)

    assert not paired.reached
    assert "Connection refused." in paired.back
    assert "read by its schedule" in paired.back


@pytest.mark.parametrize("code", [CODE[:-1], CODE.replace("oc1", "oc2"), "", "hello"])
def test_a_mistyped_code_changes_nothing(shop: Extension, code: str) -> None:
    store = opencart()

    with pytest.raises(Misconfigured) as refused:
        pair(store, code)

    assert (refused.value.code, refused.value.field) == ("bad_pairing_code", "code")
    assert "Xero Connector shows it" in refused.value.hint
    assert kept(store) == (SHOP, {})
    assert shop.calls == []


def test_a_code_of_another_shop_is_for_a_person_to_confirm(shop: Extension) -> None:
    store = opencart("https://other.example.com")

    with pytest.raises(Misconfigured) as refused:
        pair(store, CODE)

    assert refused.value.code == "other_shop"
    assert SHOP in str(refused.value)
    assert "other.example.com" in str(refused.value)
    assert kept(store) == ("https://other.example.com", {})
    pair(store, CODE, replace=True)
    assert kept(store)[0] == SHOP


@pytest.mark.parametrize("url", ["http://shop.example.com", "https://www.shop.example.com/"])
def test_the_same_shop_under_another_spelling_needs_no_confirmation(
    shop: Extension, url: str
) -> None:
    store = opencart(url.rstrip("/"))

    pair(store, CODE)

    assert kept(store)[0] == SHOP


def test_keys_that_the_shop_does_not_accept_are_not_kept(shop: Extension) -> None:
    store = opencart()

    with pytest.raises(NotConnected):
        pair(store, made_code(SHOP, KEY, "0" * 64))

    assert kept(store) == (SHOP, {})


def test_another_base_currency_than_the_file_s_is_said(shop: Extension) -> None:
    store = opencart()
    store.settings = store.settings | {"base_currency": "EUR"}
    store.save()

    assert "base currency is GBP" in pair(store, CODE).warnings[0]


def test_a_platform_without_codes_says_so() -> None:
    with pytest.raises(Misconfigured) as refused:
        pair(StoreFactory(slug="au"), CODE)
    assert refused.value.code == "no_pairing"


def test_the_command_pairs_and_says_what_it_did(shop: Extension) -> None:
    store, out = opencart("https://other.example.com"), StringIO()

    with pytest.raises(CommandError, match="--replace"):
        call_command("pair", "--store", "uk", CODE, stdout=out)
    with pytest.raises(CommandError, match="There is no store 'nz'"):
        call_command("pair", "--store", "nz", CODE, stdout=out)
    call_command("pair", "--store", "uk", "--replace", CODE, stdout=out)

    assert kept(store)[1] == {"key": KEY, "secret": SECRET}
    assert "Paired: Your Store" in out.getvalue()
    assert SECRET not in out.getvalue()


def test_the_page_has_a_field_for_the_code_and_pairs(shop: Extension, admin_client: Client) -> None:
    store = opencart()
    shown = admin_client.get("/stores/uk/").content.decode()
    assert 'name="code"' in shown
    assert "Pair with the shop" in shown

    text = admin_client.post("/stores/uk/pair/", {"code": CODE}, follow=True).content.decode()

    assert "Paired: Your Store" in text
    assert "Pair again" in text
    for title in ("Order statuses (2)", "Payment methods (1)", "Actions on returns (1)"):
        assert title in text
    assert "<code>1</code></dt><dd><bdi>Refunded</bdi>" in text
    assert SECRET not in text
    assert kept(store)[1] == {"key": KEY, "secret": SECRET}


def test_who_may_not_change_stores_may_not_pair(
    shop: Extension, client: Client, django_user_model: Any
) -> None:
    store = opencart()
    client.force_login(django_user_model.objects.create_user("eve"))

    assert client.post("/stores/uk/pair/", {"code": CODE}).status_code == 403
    assert 'name="code"' not in client.get("/stores/uk/").content.decode()
    assert kept(store) == (SHOP, {})
    assert shop.calls == []


def test_the_page_says_what_is_wrong_with_a_code(shop: Extension, admin_client: Client) -> None:
    opencart("https://other.example.com")

    text = admin_client.post("/stores/uk/pair/", {"code": CODE}, follow=True).content.decode()

    assert "Nothing was changed" in text
    assert "other.example.com" in text


@pytest.mark.parametrize(
    "address",
    [
        "http://[", "https://shop.example.com:99999", "https://shop.example.com:x", "file:///etc",
        "https://me:secret@shop.example.com", "https://shop.example.com/a b", "//shop.example.com",
    ],
)  # fmt: skip
@pytest.mark.parametrize("replace", [False, True])
def test_a_code_whose_address_is_none_changes_nothing(
    shop: Extension, address: str, replace: bool
) -> None:
    store = opencart()
    before = kept(store)

    with pytest.raises(Misconfigured) as refused:
        pair(store, made_code(address, KEY, SECRET), replace=replace)

    assert refused.value.code == "bad_pairing_code"
    assert kept(store) == before
    assert shop.calls == []


@pytest.mark.parametrize(
    ("url", "kept_too"), [(URL, {"email": "a@b.c", "api_key": "k"}), ("https://old.test", {})]
)
def test_other_keys_of_the_same_shop_stay(url: str, kept_too: dict[str, str]) -> None:
    """A CS-Cart shop may have the keys of its API and of its add-on; those of another shop go."""
    others = {"email": "a@b.c", "api_key": "k"}
    store: Store = StoreFactory(slug="cs", platform="cscart", credentials=others)
    store.settings = store.settings | {"url": url, "base_currency": "GBP", "platform": "cscart"}
    store.save()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        package = AddonPackage(orders={"101": as_listed(order())})
        package.serve(mocked)

        paired = pair(store, cscart_code(URL, KEY, SECRET), replace=True)

    assert kept(store) == (URL, {"key": KEY, "secret": SECRET, **kept_too})
    assert paired.out.startswith("Tea shop, CS-Cart 4.18.1 ULTIMATE, add-on 1.0.0, answers at")
    assert package.calls[-1][0] == "pair"


def test_calls_of_an_add_on_are_signed_by_what_follows_and_others_by_what_was_entered() -> None:
    store: Store = StoreFactory(platform="cscart", credentials={"email": "a@b.c", "api_key": "k"})
    store.webhook_secret = "entered"
    profile = registry.profile("cscart")

    entered = store.signing_secret(profile)
    store.credentials = {"key": KEY, "secret": SECRET}  # type: ignore[assignment]

    assert (entered, store.signing_secret(profile)) == ("entered", hook_secret(SECRET))
