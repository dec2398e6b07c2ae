"""What posting would hold orders for, or a file is refused for, a form refuses beside its field."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from django.test import Client

from connector.configuration.importing import import_configuration
from connector.configuration.reading import FileRefused
from connector.configuration.versions.draft import draft
from stores.models import Store
from tests.connector.test_configuration_reading import STORE
from tests.web.factories import AccountFactory, OrganisationFactory
from tests.web.subjects.forms import form_with
from xero.models import TaxRate, TrackingCategory

FITS = {
    "accounts": "{sales: '200', shipping: '200'}",
    "tax": "{none: EXEMPT, rules: [{rate: '10', tax_type: OUTPUT}]}",
    "posting": "{tracking_options: hold}",
}


class Bad(NamedTuple):
    """What is typed into a page, the same in a file's section, and where both say no."""

    page: str
    typed: dict[str, str]
    section: str
    value: str
    place: str
    field: str = ""


def row(prefix: str, number: int = 0, **fields: str) -> dict[str, str]:
    rows = {f"{prefix}-{number}-{key}": value for key, value in fields.items()}
    return {f"{prefix}-TOTAL_FORMS": str(number + 1)} | rows


def account(key: str, code: str) -> Bad:
    place = f"accounts.{key}"
    return Bad("accounts", {place: code}, "accounts", f"{{sales: '200', {key}: '{code}'}}", place)


def paid_into(code: str) -> Bad:
    typed = row("payment_accounts", method="stripe", account=code)
    return Bad("payments", typed, "payment_accounts", f"{{stripe: '{code}'}}",
               "payment_accounts.stripe", "account")  # fmt: skip


def tax(key: str, tax_type: str) -> Bad:
    return Bad("taxes", {f"tax.{key}": tax_type}, "tax", f"{{{key}: {tax_type}}}", f"tax.{key}")


def tax_rule(field: str, **keys: str) -> Bad:
    typed = row("tax-rules", **keys) | {"tax-rates-TOTAL_FORMS": "0"}
    value = ", ".join(f"{key.rstrip('_')}: '{said}'" for key, said in keys.items())
    return Bad("taxes", typed, "tax", f"{{rules: [{{{value}}}]}}", f"tax.rules[0].{field}", field)


def total(field: str, **keys: str) -> Bad:
    typed = row("total_rows", code="fee", meaning="account", **keys)
    value = ", ".join(f"{key}: '{said}'" for key, said in keys.items())
    place = f"total_rows.fee.{field}"
    return Bad("total-rows", typed, "total_rows", f"{{fee: {{{value}}}}}", place, field)


def product(field: str, said: str) -> Bad:
    return Bad("products", row("products", sku="MUG", **{field: said}), "products",
               f"[{{sku: MUG, {field}: '{said}'}}]", f"products[0].{field}", field)  # fmt: skip


def rule(field: str, said: str) -> Bad:
    typed = row("rules", when_sku="MUG", **{field: said})
    value = f"[{{when: {{sku: MUG}}, {field}: '{said}'}}]"
    return Bad("rules", typed, "rules", value, f"rules[0].{field}", field)


def single(page: str, place: str, said: str) -> Bad:
    section, key = place.split(".")
    return Bad(page, {place: said}, section, f"{{{key}: '{said}'}}", place)


def tracked(category: str, option: str) -> Bad:
    typed = row("tracking", category=category, option=option)
    return Bad("tracking", typed, "tracking", f"{{{category}: '{option}'}}", f"tracking.{category}")


BAD = [
    # What is not there, is archived, or is Xero's own.
    account("sales", "999"), account("shipping", "299"), account("rounding", "610"),
    account("discounts", "800"), account("discounts", "429"), account("inventory", "200"),
    account("cogs", "200"),
    paid_into("999"), paid_into("299"), paid_into("200"), paid_into("610"),
    total("account", account="299"), total("tax_type", account="200", tax_type="OLD"),
    product("sales_account", "610"), product("purchase_account", "299"),
    product("tax_type", "OLD"), rule("account", "299"), rule("tax_type", "NONE"),
    # A tax type that does not fit the account, or what it is for.
    tax("none", "OLD"), tax("none", "OUTPUT"), tax("none", "COSTS"), tax("default", "COSTS"),
    tax("out_of_scope", "OUTPUT"),
    tax_rule("rate", rate="15", tax_type="OUTPUT"), tax_rule("tax_type", rate="5", tax_type="OLD"),
    Bad("taxes", {"tax.sales_tax": "299"}, "tax", "{sales_tax: {as: line, account: '299'}}",
        "tax.sales_tax.account", "tax.sales_tax"),
    # What the organisation lacks.
    tracked("Region", "East"), tracked("Store", "Perth"),
    single("posting", "posting.branding_theme", "Winter"),
    # What no file may hold.
    tax_rule("rate", rate="ten", tax_type="OUTPUT"),
    single("posting", "posting.settle_delay", "soon"),
    single("posting", "posting.reference", "{order}"),
    single("posting", "posting.summary_after", "25:00"),
    single("contacts", "contacts.name", "{who}"),
    single("gift-cards", "gift_cards.opening_balance", "x"),
    tracked("Store", "{lookup:region:state"),
]  # fmt: skip


@pytest.fixture
def store(db: None) -> Store:
    books = OrganisationFactory(name="Demo")
    for code, kind, of, more in (
        ("200", "REVENUE", "REVENUE", {}), ("429", "EXPENSE", "EXPENSE", {}),
        ("800", "CURRLIAB", "LIABILITY", {}), ("299", "REVENUE", "REVENUE", {"status": "ARCHIVED"}),
        ("610", "CURRENT", "ASSET", {"system_account": "DEBTORS", "payments_enabled": True}),
    ):  # fmt: skip
        AccountFactory(organisation=books, code=code, type=kind, account_class=of, **more)
    for kind, rate, applies in (
        ("OUTPUT", "10", ["REVENUE"]), ("EXEMPT", "0", ["REVENUE", "EXPENSE"]),
        ("COSTS", "0", ["EXPENSE"]), ("OLD", "5", ["REVENUE"]),
    ):  # fmt: skip
        TaxRate.objects.create(
            organisation=books, tax_type=kind, name=kind, effective_rate_text=rate,
            applies_to=applies, status="DELETED" if kind == "OLD" else "ACTIVE",
        )  # fmt: skip
    options = [{"id": "1", "name": "Sydney", "status": "ACTIVE"}]
    TrackingCategory.objects.create(
        organisation=books, category_id="1", name="Store", status="ACTIVE", options=options
    )
    import_configuration(whole({}), lookup={}.get)
    return Store.objects.get()


def whole(instead: dict[str, str]) -> str:
    sections = FITS | instead
    return STORE + "".join(f"    {key}: {value}\n" for key, value in sections.items())


def of_the_file(bad: Bad) -> list[str]:
    """What an import says at the place: refused, or what would hold orders."""
    value = bad.value
    if bad.section == "posting":
        value = "{tracking_options: hold, " + value.lstrip("{")
    if bad.section == "accounts":
        value = f"{{shipping: '200', {value.lstrip('{')}" if "shipping" not in value else value
    if bad.section == "tax" and "rules" not in value:
        value = f"{{rules: [{{rate: '10', tax_type: OUTPUT}}], {value.lstrip('{')}"
    try:
        report = import_configuration(whole({bad.section: value}), lookup={}.get, dry_run=True)
    except FileRefused as refused:
        return refused.lines
    return list(report.notices)


def beside(answer: Any) -> dict[str, list[str]]:
    """What the page says at which field."""
    found: dict[str, list[str]] = {}
    for editor in answer.context["editors"]:
        forms = editor.rows.forms if hasattr(editor, "rows") else [editor]
        for form in forms:
            found |= {name: list(texts) for name, texts in form.errors.items()}
    return found


@pytest.mark.parametrize("first", range(0, len(BAD), 9))
def test_forms_refuse_what_a_file_is_told_of(page: Client, store: Store, first: int) -> None:
    for bad in BAD[first : first + 9]:
        file = of_the_file(bad)
        assert any(re.match(rf"stores[^ ]*\.{re.escape(bad.place)}[:.]", line) for line in file), (
            bad, file,
        )  # fmt: skip

        address = f"/mapping/au/{bad.page}/"
        answer = page.post(address, form_with(page.get(address).text, "seen") | bad.typed)

        assert answer.status_code == 200, bad
        assert list(answer.context["saving"].above) == [], bad
        said = beside(answer)
        assert {bad.field or bad.place, "__all__"} & said.keys(), (bad, said)
        assert draft(store).changes == ()
