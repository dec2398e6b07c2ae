"""Two people at one draft, a page that is out of date, and a click after the log-in has ended: on
every page of the mapping nothing is lost without a word."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from accounts_mapping.models import MappingVersion
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit
from connector.pages.mapping.subjects import SUBJECTS
from connector.pages.mapping.urls import urlpatterns
from stores.models import Store
from tests.connector.test_configuration_reading import STORE
from tests.web.factories import UserFactory
from tests.web.subjects.forms import form_with
from tests.web.subjects.test_round_trip import MORE, wrong

pytestmark = pytest.mark.stories
EDIT = "/stores/au/edit/"


def row(prefix: str, **fields: str) -> dict[str, str]:
    return {f"{prefix}-TOTAL_FORMS": "1"} | {f"{prefix}-0-{k}": v for k, v in fields.items()}


# What one types into a page, and what another has put at the same path meanwhile. Each kind of
# editor, of field and of subject: one setting, an entry of a mapping, of a mapping of mappings, a
# whole list.
TYPED: list[tuple[str, dict[str, Any], tuple[str, ...], Any]] = [
    ("accounts", {"accounts.sales": "201"}, ("accounts", "sales"), "202"),
    ("payments", row("payment_accounts", method="checkmo", account="980"),
     ("payment_accounts", "checkmo"), "981"),
    ("taxes", {"tax.none": "ZERO"}, ("tax", "none"), "FREE"),
    ("taxes", row("tax-rules", rate="5", tax_type="FIVE"), ("tax", "rules"),
     [{"rate": "6", "tax_type": "SIX"}]),
    ("taxes", {"tax.sales_tax": "830"}, ("tax", "sales_tax"), {"as": "line", "account": "831"}),
    ("total-rows", row("total_rows", code="tip", meaning="discount"), ("total_rows", "tip"),
     "ignore"),
    ("statuses", {"statuses.invoice": "shipped"}, ("statuses", "invoice"), ["new"]),
    ("statuses", {"statuses.on_paid": "done"}, ("statuses", "on_paid"), "over"),
    ("posting", {"posting.due_days_0": "9", "posting.due_days_1": "after"},
     ("posting", "due_days"), "7"),
    ("posting", {"posting.status": "DRAFT"}, ("posting", "status"), "SUBMITTED"),
    ("contacts", {"contacts.guest": "Web"}, ("contacts", "guest"), "Shop"),
    ("items", {"items.oversell": "hold"}, ("items", "tracked"), True),
    ("refunds", {"refunds.restock": "never"}, ("refunds", "restock"), "always"),
    ("gift-cards", {"gift_cards.opening_balance": "5"}, ("gift_cards", "opening_balance"), "6"),
    ("tracking", row("tracking", category="Store", option="East"), ("tracking", "Store"), "West"),
    ("lookups", row("lookups", table="region", key="NSW", value="South"),
     ("lookups", "region", "NSW"), "North"),
    ("products", row("products", at="0", sku="=KIT", sales_account="209"), ("products",),
     [{"sku": "KIT", "sales_account": "210"}]),
    ("rules", row("rules", when_sku="A", account="211"), ("rules",),
     [{"when": {"sku": "B"}, "account": "212"}]),
    (EDIT, {"name": "Mine"}, ("name",), "Theirs"),
    (EDIT, {"streams.stock": "to_store"}, ("streams", "stock"), "master"),
    (EDIT, {"fields.orders": ["note"]}, ("fields", "orders"), ["coupon"]),
]  # fmt: skip


@pytest.fixture
def store(db: None) -> Store:
    import_configuration(STORE + MORE, lookup={}.get)
    return Store.objects.get()


def address(page: str) -> str:
    return page if page.startswith("/") else f"/mapping/au/{page}/"


def test_every_page_is_tried() -> None:
    assert {page for page, *_ in TYPED} == {one.slug for one in SUBJECTS} | {EDIT}


@pytest.mark.parametrize("half", [0, 1])
def test_the_second_is_told_whose_change_is_in_the_way_and_loses_no_typing(
    page: Client, ana: Any, store: Store, half: int
) -> None:
    ben = UserFactory(username="ben")
    for at, typed, path, theirs in TYPED[half::2]:
        form = form_with(page.get(address(at)).text, "seen") | typed
        edit(store, path, theirs, author=ben, seen=None)
        if path == ("items", "tracked"):
            form["items.tracked"] = []  # another field of the page: that is no conflict
            assert page.post(address(at), form).status_code == 302
            assert draft(store).value("items") == {"tracked": True, "oversell": "hold"}
            continue

        answer = page.post(address(at), form)

        assert answer.status_code == 200, at
        assert "somebody else has changed the same" in answer.text, (at, wrong(answer.text))
        assert [(one.path, one.author) for one in answer.context["saving"].over] == [(path, ben)]
        assert draft(store).value(*path) == theirs, at
        again = form_with(answer.text, "seen")
        assert {key: again.get(key) for key in typed} == {
            key: value if isinstance(value, list) else [value] for key, value in typed.items()
        }
        assert page.post(address(at), again).status_code == 302, at
        assert draft(store).change_at(*path).author == ana, at


def test_a_page_from_before_a_publication_is_told_and_takes_nothing_back(
    page: Client, ana: Any, store: Store
) -> None:
    """The back button brings the page as it was; what has become live since stays."""
    old = form_with(page.get("/mapping/au/posting/").text, "seen")
    page.post("/mapping/au/posting/", old | {"posting.settle_delay": "5m"})
    revision = draft(store).revision
    page.post("/mapping/au/draft/publish/", {"revision": revision})
    assert MappingVersion.objects.current(store).rules.posting.settle_delay == "5m"

    # What was not touched stays as it was published.
    assert page.post("/mapping/au/posting/", old | {"posting.cancel": "void"}).status_code == 302
    assert draft(store).value("posting", "settle_delay") == "5m"
    # What was touched again is no silent step back.
    text = page.post("/mapping/au/posting/", old | {"posting.settle_delay": "10m"}).text
    assert "somebody else has changed the same" in text
    assert "<bdi>ana</bdi>" in text
    assert 'value="10m"' in text
    assert draft(store).value("posting", "settle_delay") == "5m"
    # The question that was answered already is not answered again.
    said = page.post("/mapping/au/draft/publish/", {"revision": revision}, follow=True).text
    assert "published or discarded already" in said or "draft has changed since" in said
    assert MappingVersion.objects.count() == 2


def test_a_click_after_the_log_in_has_ended_is_said_to_be_lost(store: Store, ana: Any) -> None:
    """On every address of the mapping and of a store's settings, also those that are no page."""
    routes = [str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)]
    places = ("<slug:slug>", "au"), ("<int:number>", "1"), ("<int:pk>", "1")
    for route in [*routes, EDIT.lstrip("/"), "stores/au/keys/", "settings/"]:
        for place, value in places:
            route = route.replace(place, value)
        client = Client(headers={"Referer": "http://testserver/mapping/au/posting/"})
        away = client.post(f"/{route}", {"posting.settle_delay": "5m", "act": "discard"})
        assert away.status_code == 302, route
        client.force_login(ana)
        landed = client.get(away["Location"], follow=True)
        assert landed.status_code == 200, route
        assert landed.redirect_chain[-1][0] == "/mapping/au/posting/", route
        assert "what you clicked was not carried out" in landed.text, route
        client.logout()
        # And who opens the address itself reads words.
        client.force_login(ana)
        answer = client.get(f"/{route}")
        assert answer.status_code == 302 or answer.content, route
    assert draft(store).changes == ()
