"""The inbox and the proposals: seen by all, answered by who may, into the draft alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts_mapping.models import MappingVersion, SeenFact
from accounts_mapping.seen.facts import Fact, Showed
from connector.configuration.versions.draft import draft
from connector.lib.errors import OutcomeUnknown
from connector.pages.mapping import proposals as page_of_proposals
from stores.models import Store
from tests.web.factories import AccountFactory, OrganisationFactory, StoreFactory, UserFactory
from xero.models import TaxRate

INBOX, PROPOSALS = "/mapping/au/inbox/", "/mapping/au/proposals/"


def showed(store: Store, showed: Showed, *key: str, orders: int, title: str = "") -> None:
    text = Fact(showed, key).text
    SeenFact.objects.create(
        store=store, showed=showed, text=text, key=list(key), orders=orders, title=title,
        sample="000000007",
    )  # fmt: skip


@pytest.fixture
def shop(db: None) -> Store:
    """A store of which nothing is mapped, its organisation, and what orders showed."""
    books = OrganisationFactory()
    for code, name, kind, of_class in (
        ("200", "Sales", "REVENUE", "REVENUE"), ("202", "Shipping", "REVENUE", "REVENUE"),
        ("260", "Other Revenue", "REVENUE", "REVENUE"), ("090", "Bank", "BANK", "ASSET"),
        ("091", "Stripe Clearing", "BANK", "ASSET"),
    ):  # fmt: skip
        AccountFactory(
            organisation=books, code=code, name=name, type=kind, account_class=of_class,
            system_account="", status="ACTIVE",
        )  # fmt: skip
    for kind, rate in (("OUTPUT", "10"), ("EXEMPTOUTPUT", "0"), ("BASEXCLUDED", "0")):
        TaxRate.objects.create(
            organisation=books, tax_type=kind, name=kind, effective_rate_text=rate,
            status="ACTIVE", applies_to=["REVENUE", "ASSET", "LIABILITY", "EXPENSE"],
        )  # fmt: skip
    store = StoreFactory(slug="au", organisation=books)
    showed(store, Showed.PAYMENT_METHOD, "stripe", "AUD", orders=12, title="Card")
    showed(store, Showed.PAYMENT_METHOD, "newpay", "AUD", orders=4, title="New pay")
    showed(store, Showed.TAX, "AU", "", "", "GST", "10", "", orders=16)
    showed(store, Showed.TOTAL_ROW, "insurance", "AUD", orders=3, title="Insurance")
    return store


@pytest.fixture
def viewer(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(username="vic", is_superuser=False, is_staff=False))
    return client


def marks(text: str, name: str, near: str) -> str:
    """The value of the button or the name of the field in the row that holds a text."""
    row = next(one for one in re.findall(r"<tr.*?</tr>", text, re.S) if near in one)
    found = re.search(rf'name="{name}" value="([^"]+)"', row) or re.search(
        r'<(?:select|input)[^>]* name="(g[0-9a-f]+)"', row
    )
    assert found, row
    return found[1]


def test_gaps_are_listed_with_orders_and_a_picker(page: Client, shop: Store) -> None:
    text = page.get(INBOX).text
    assert "New pay (newpay)" in text
    assert "Insurance (insurance)" in text
    assert marks(text, "-", "New pay").startswith("g")
    assert "was not asked yet" in text


def test_answers_go_into_the_draft_and_nothing_is_live(page: Client, shop: Store) -> None:
    text = page.get(INBOX).text
    answers = {
        marks(text, "-", "New pay"): "090", marks(text, "-", "Insurance"): "260 Other Revenue",
        marks(text, "-", "GST 10 %"): "OUTPUT", marks(text, "-", "accounts.sales"): "200",
    }  # fmt: skip
    before = MappingVersion.objects.count()
    response = page.post(INBOX, answers, follow=True)
    assert "4 answers are in the draft" in response.text
    drafted = draft(shop)
    assert drafted.value("payment_accounts", "newpay") == "090"
    assert drafted.value("total_rows", "insurance") == {"account": "260"}
    assert drafted.value("tax", "rules") == [{"rate": "10", "tax_type": "OUTPUT"}]
    assert drafted.value("accounts", "sales") == "200"
    assert MappingVersion.objects.count() == before
    assert "New pay (newpay)" not in response.text


def test_an_answer_that_posting_would_refuse_is_refused_beside_the_field(
    page: Client, shop: Store
) -> None:
    text = page.get(INBOX).text
    response = page.post(INBOX, {marks(text, "-", "New pay"): "200"})
    assert response.status_code == 200
    assert draft(shop).changes == ()
    assert "cannot be chosen" in response.text or "takes no payments" in response.text


def test_nothing_chosen_is_said(page: Client, shop: Store) -> None:
    assert "at least one" in page.post(INBOX, {}).text


def test_a_proposal_is_accepted_into_the_draft(page: Client, shop: Store) -> None:
    text = page.get(PROPOSALS).text
    assert "Stripe Clearing" in text
    response = page.post(PROPOSALS, {"one": marks(text, "one", "Card (stripe)")}, follow=True)
    assert "1 proposal is in the draft" in response.text
    assert [one.path for one in draft(shop).changes] == [("payment_accounts", "stripe")]
    assert draft(shop).value("payment_accounts", "stripe") == "091"


def test_all_that_are_no_guess_are_accepted_as_they_were_shown(page: Client, shop: Store) -> None:
    text = page.get(PROPOSALS).text
    shown = re.findall(r'name="shown" value="([^"]+)"', text)
    page.post(PROPOSALS, {"all": "1", "shown": shown})
    drafted = draft(shop)
    assert drafted.value("accounts", "sales") == "200"
    assert drafted.value("tax", "rules") == [{"rate": "10", "tax_type": "OUTPUT"}]
    assert drafted.errors == {}
    response = page.post(PROPOSALS, {"all": "1", "shown": shown}, follow=True)
    assert "answered meanwhile" in response.text


def test_missing_accounts_are_made_at_a_click_and_only_then(
    page: Client, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def make(organisation: Any, wanted: Any, *, author: Any) -> str:
        asked.append((wanted.code, wanted.name, wanted.payments, author.username))
        return wanted.name

    monkeypatch.setattr(page_of_proposals, "make_account", make)
    text = page.get(PROPOSALS).text
    mark = marks(text, "account", "New pay Clearing")
    assert asked == []
    response = page.post("/mapping/au/accounts-in-xero/", {"account": mark}, follow=True)
    assert asked == [("870", "New pay Clearing", True, "ana")]
    assert "New pay Clearing is in Xero" in response.text
    page.post("/mapping/au/accounts-in-xero/", {"account": "another"})
    assert len(asked) == 1


def test_what_xero_says_to_it_is_shown(
    page: Client, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any, **__: Any) -> None:
        raise OutcomeUnknown("Xero gave no answer.")

    monkeypatch.setattr(page_of_proposals, "make_account", silent)
    mark = marks(page.get(PROPOSALS).text, "account", "New pay Clearing")
    response = page.post("/mapping/au/accounts-in-xero/", {"account": mark}, follow=True)
    assert "Xero gave no answer." in response.text


def test_viewers_see_both_pages_and_change_nothing(viewer: Client, shop: Store) -> None:
    for address in (INBOX, PROPOSALS):
        text = viewer.get(address).text
        assert "stripe" in text
        assert 'method="post"' not in text
        assert viewer.post(address, {"all": "1"}).status_code == 403
    assert viewer.post("/mapping/au/accounts-in-xero/", {"account": "x"}).status_code == 403
    assert draft(shop).changes == ()


def test_who_may_map_may_not_make_accounts_in_xero(viewer: Client, shop: Store) -> None:
    user = UserFactory._meta.model.objects.get(username="vic")
    user.user_permissions.add(Permission.objects.get(codename="change_mappingversion"))
    assert viewer.post("/mapping/au/accounts-in-xero/", {"account": "x"}).status_code == 403
    text = viewer.get(PROPOSALS).text
    assert "Create in Xero" not in text
    assert "Accept the" in text


def test_the_number_of_queries_does_not_grow_with_what_was_seen(
    page: Client, shop: Store, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        showed(shop, Showed.PAYMENT_METHOD, f"method{number}", "AUD", orders=1)
    with django_assert_max_num_queries(25):
        page.get(INBOX)
    with django_assert_max_num_queries(25):
        page.get(PROPOSALS)


def test_what_only_the_shop_says_is_told_and_proposed_before_an_order_shows_it(
    page: Client, shop: Store
) -> None:
    rates = [
        {"name": "GST", "rate": "10.0000", "country": "AU", "state": ""},
        {"name": "Luxury", "rate": "33", "country": "AU", "state": "VIC"},
        {"name": "Odd", "rate": "None", "country": "AU", "state": ""},
        {"name": "VAT", "rate": "20", "country": "GB", "state": ""},
    ]
    shop.facts = {"tax_rates": rates, "currencies": ["AUD", "JPY"]}
    shop.save()
    text = " ".join(page.get(INBOX).text.split())
    assert "Luxury 33 %" in text
    assert "Orders in JPY" in text
    assert "Odd" not in text
    assert "VAT 20 %" not in text
    told = [row for row in text.split("</tr>") if "GST 10 %" in row]
    assert len(told) == 1
    # It stands in the shop's table, and holds nothing.
    row = text[text.index("Luxury 33 %") :]
    assert "For information" in row[: row.index("</tr>")]
    assert "Luxury" in page.get("/mapping/au/taxes/").text
