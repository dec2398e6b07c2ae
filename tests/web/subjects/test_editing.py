"""Editing a subject: what is refused stands beside its field, and nothing that is typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts_mapping.sections import paths
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit
from connector.pages.subjects.products import COLUMNS, read_csv
from stores.models import Store
from stores.settings import StoreSettings
from tests.connector.test_configuration_reading import STORE
from tests.web.factories import AccountFactory, OrganisationFactory, UserFactory
from tests.web.subjects.forms import form_with

MAPPED = "    accounts: {sales: '200'}\n    payment_accounts: {checkmo: '970', stripe: '091'}\n"


@pytest.fixture
def store(db: None) -> Store:
    import_configuration(STORE + MAPPED, lookup={}.get)
    return Store.objects.get()


@pytest.fixture
def connected(store: Store) -> Store:
    store.organisation = OrganisationFactory()
    AccountFactory(organisation=store.organisation, code="200", name="Sales")
    AccountFactory(organisation=store.organisation, code="201", name="Web sales")
    AccountFactory(
        organisation=store.organisation, code="090", name="Bank", type="BANK",
        account_class="ASSET",
    )  # fmt: skip
    store.save()
    return store


def typed(page: Client, subject: str, **changes: Any) -> Any:
    """The page's form with some fields typed otherwise, sent."""
    address = "/stores/au/edit/" if subject == "settings" else f"/mapping/au/{subject}/"
    form = form_with(page.get(address).text, "seen")
    return page.post(address, form | {k.replace("__", "."): v for k, v in changes.items()})


def rows(*methods: tuple[str, str, str]) -> dict[str, str]:
    found = {"payment_accounts-TOTAL_FORMS": str(len(methods))}
    for number, (method, currency, account) in enumerate(methods):
        found |= {
            f"payment_accounts-{number}-method": method,
            f"payment_accounts-{number}-currency": currency,
            f"payment_accounts-{number}-account": account,
        }
    return found


def test_what_is_saved_is_in_the_draft_and_not_live(page: Client, store: Store) -> None:
    answer = typed(page, "posting", posting__due_days_0="30", posting__status="DRAFT")
    assert answer.status_code == 302
    now = draft(store)
    assert {c.field: c.after for c in now.changes} == {
        "posting.due_days": "30", "posting.status": "DRAFT",
    }  # fmt: skip
    assert now.live["posting"]["status"] == "AUTHORISED"
    assert "Changed in the draft; live: AUTHORISED." in page.get("/mapping/au/posting/").text


def test_what_is_refused_stands_beside_its_field_with_what_was_typed(
    page: Client, store: Store
) -> None:
    text = typed(
        page, "posting", posting__settle_delay="soon", posting__reference="{order}",
        posting__cancel="credit_note",
    ).text  # fmt: skip
    assert "must be a duration such as 30s" in text
    assert "unknown placeholder {order}" in text
    assert 'value="soon"' in text
    assert draft(store).changes == ()


def test_of_two_people_the_second_is_told_and_loses_nothing(page: Client, store: Store) -> None:
    address = "/mapping/au/posting/"
    form = form_with(page.get(address).text, "seen")
    ben = UserFactory(username="ben")
    edit(store, ("posting", "settle_delay"), "5m", author=ben, seen=None)

    text = page.post(address, form | {"posting.settle_delay": "10m"}).text
    assert "Nothing was saved: somebody else has changed the same" in text
    assert "ben" in text
    assert "<code>5m</code>" in text
    assert 'value="10m"' in text
    assert draft(store).value("posting", "settle_delay") == "5m"

    # Sent once more, it takes their place.
    again = form_with(text, "seen")
    assert page.post(address, again).status_code == 302
    assert draft(store).value("posting", "settle_delay") == "10m"
    # What the second did not touch stays as the other made it.
    edit(store, ("posting", "cancel"), "credit_note", author=ben, seen=None)
    assert page.post(address, again | {"seen": form["seen"]}).status_code == 302
    assert draft(store).value("posting", "cancel") == "credit_note"


def test_a_page_that_is_sent_without_what_it_showed_saves_nothing(
    page: Client, store: Store
) -> None:
    for seen in ("", "[", '[["posting"]]x'):
        assert "Load it anew" in typed(page, "posting", seen=seen, posting__cancel="void").text
    assert draft(store).changes == ()


def test_rows_are_added_and_removed_without_a_script(page: Client, store: Store) -> None:
    text = typed(
        page, "payments", **rows(("checkmo", "", "970")), **{"payment_accounts-change": "add"}
    ).text
    assert form_with(text, "seen")["payment_accounts-TOTAL_FORMS"] == ["2"]
    assert draft(store).changes == ()
    answer = typed(page, "payments", **rows(("checkmo", "", "970"), ("cod", "eur", "none")))
    assert answer.status_code == 302
    assert draft(store).value("payment_accounts") == {"checkmo": "970", "cod": {"EUR": "none"}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([("checkmo", "", "970"), ("checkmo", "", "971")], "This stands here twice"),
        ([("", "", "970")], "must be a text that is not empty"),
        ([("checkmo", "", "")], "must be an account"),
        ([("a", "", "1"), ("a", "*", "2")], "This stands here twice"),
    ],
)
def test_rows_that_answer_nothing_or_twice_are_refused(
    page: Client, store: Store, given: list[tuple[str, str, str]], said: str
) -> None:
    assert said in typed(page, "payments", **rows(*given)).text
    assert draft(store).changes == ()


def test_what_posting_would_refuse_cannot_be_chosen(page: Client, connected: Store) -> None:
    text = page.get("/mapping/au/accounts/").text
    assert "Web sales" in text
    refused = typed(page, "accounts", accounts__sales="999")
    assert "not an account of Demo Company (AU)" in refused.text
    refused = typed(page, "payments", **rows(("stripe", "", "200")))
    assert "cannot be chosen here" in refused.text
    assert draft(connected).changes == ()
    assert typed(page, "payments", **rows(("stripe", "", "090"))).status_code == 302


def test_who_may_only_look_sees_and_changes_nothing(store: Store) -> None:
    viewer = UserFactory(username="vic", is_superuser=False, is_staff=False)
    client = Client()
    client.force_login(viewer)
    text = client.get("/mapping/au/posting/").text
    assert 'bare" disabled' in text
    assert "Save in the draft" not in text
    assert client.post("/mapping/au/posting/", {"seen": "[]"}).status_code == 403
    assert client.post("/mapping/au/products/in/", {"seen": "[]"}).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="change_mappingversion"))
    assert "Save in the draft" in client.get("/mapping/au/posting/").text


def test_products_are_searched_and_the_others_stay(page: Client, store: Store) -> None:
    many = [{"sku": f"P{n:03}", "sales_account": "200"} for n in range(130)]
    edit(store, ("products",), many, author=None, seen=None)
    first = page.get("/mapping/au/products/").text
    assert "130 products have settings of their own. The first 100 are shown" in first
    address = "/mapping/au/products/?q=p12"
    form = form_with(page.get(address).text, "seen")
    assert form["products-TOTAL_FORMS"] == ["10"]
    changed = form | {"products-0-tax_type": "ZERO", "products-1-sku": "", "products-1-at": "",
                      "products-1-sales_account": ""}  # fmt: skip
    assert page.post(address, changed).status_code == 302
    after = draft(store).value("products")
    assert len(after) == 129
    assert after[120] == {"sku": "P120", "sales_account": "200", "tax_type": "ZERO"}
    assert [one["sku"] for one in after[121:]] == [f"P{n:03}" for n in range(122, 130)]


def test_products_go_out_and_come_in_as_csv(page: Client, store: Store) -> None:
    both = [{"sku": "=1+1", "sales_account": "200"}, {"sku": "'x", "tax_type": "a;b,c"}]
    edit(store, ("products",), both, author=None, seen=None)
    sent = page.get("/mapping/au/products.csv")
    assert sent.content.decode().splitlines()[1] == "'=1+1,200,,"
    assert read_csv(sent.content) == both
    seen = form_with(page.get("/mapping/au/products/").text, "seen")["seen"]

    def put(content: bytes) -> str:
        file = SimpleUploadedFile("p.csv", content)
        return page.post("/mapping/au/products/in/", {"seen": seen, "file": file}, follow=True).text

    assert "line 3 has no sku" in put(b"sku;tax_type\nA;B\n;C\n")
    assert "its first line names \u201cprice\u201d" in put(b"sku,price\nA,1\n")
    assert "not written in UTF-8" in put(b"sku\n\xff\n")
    assert draft(store).value("products") == both
    assert "1 product is in the draft" in put(",".join(COLUMNS).encode() + b"\nMUG,203,,\n")
    assert draft(store).value("products") == [{"sku": "MUG", "sales_account": "203"}]


def test_the_stores_own_settings_are_a_part_of_the_draft(page: Client, store: Store) -> None:
    shown = page.get("/stores/au/edit/").text
    assert page.post("/stores/au/edit/", form_with(shown, "seen")).status_code == 302
    assert draft(store).changes == ()
    refused = typed(
        page, "settings", timezone="Sydney", number_prefix="S 1", cut_over="soon",
        schedule__orders="often", base_currency="AU",
    ).text  # fmt: skip
    assert "not in the list" in refused
    refused = typed(
        page, "settings", number_prefix="S 1", cut_over="soon", schedule__orders="often",
        base_currency="AU",
    ).text  # fmt: skip
    for said in ("visible ASCII characters", "a date such as", "a cron line (30 3", "ISO 4217"):
        assert said in refused
    answer = typed(
        page, "settings", cut_over="2026-01-31", streams__customers="both",
        fields__orders=["note", "coupon"], only__websites="base\nnz", organisation="demo",
    )  # fmt: skip
    assert answer.status_code == 302
    assert {c.field: c.after for c in draft(store).changes} == {
        "cut_over": "2026-01-31", "streams.customers": "both",
        "fields.orders": ["note", "coupon"], "only.websites": ["base", "nz"],
    }  # fmt: skip


def test_every_setting_of_a_store_stands_on_its_page(page: Client, store: Store) -> None:
    html = page.get("/stores/au/edit/").text
    ours = {path for path in paths.depths() if path[0] in StoreSettings.model_fields}
    missing = {path for path in ours if f'name="{".".join(path)}"' not in html}
    assert missing == {("slug",), ("platform",), ("enabled",), ("archived",)}
    assert len(html.encode()) < 50_000
