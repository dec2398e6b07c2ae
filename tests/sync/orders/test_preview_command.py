"""`preview`: what it prints for which input, with which exit code, and that it sends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connector.configuration.importing import import_configuration
from sandbox.magento import DemoShop
from stores.models import SourceRecord, Store
from sync.management.commands.preview import Command
from sync.models import Posting, TrackedOrder
from tests.stores.magento.magento_records import order

pytestmark = pytest.mark.django_db

CONFIGURATION = """\
version: 1
stores:
  - slug: de
    platform: magento
    url: https://shop.example.com
    organisation: Demo Company
    base_currency: EUR
    country: DE
    timezone: Europe/Berlin
    statuses: {invoice: ["*"], reverse: [canceled]}
    accounts: {sales: "200"}
    payment_accounts: {checkmo: "970"}
    tax:
      rules:
        - {country: "*", rate: 20, tax_type: T20}
        - {country: "*", class: "9", tax_type: T9}
"""
# A product of no class and no category.
KNOWN: dict[str, Any] = {"products": {"MUG": {}}}


@pytest.fixture(autouse=True)
def store() -> None:
    import_configuration(CONFIGURATION, lookup={}.get, dry_run=False)


@pytest.fixture
def previewed(tmp_path: Path) -> Any:
    """Run the command on a record, whose product is known; the answer of `--json`."""

    def run(content: Any, *, context: Any = KNOWN) -> dict[str, Any]:
        file = tmp_path / "orders.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        arguments = ["--store", "de", "--file", str(file), "--json"]
        (tmp_path / "context.json").write_text(json.dumps(context), encoding="utf-8")
        arguments += ["--context", str(tmp_path / "context.json")]
        out = StringIO()
        call_command("preview", *arguments, stdout=out)
        answer: dict[str, Any] = json.loads(out.getvalue())
        return answer

    return run


def numbers(value: Any) -> list[Any]:
    """Every JSON number in an answer."""
    if isinstance(value, dict):
        return [n for inner in value.values() for n in numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in numbers(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_one_object_with_orders_and_summaries(previewed: Any) -> None:
    answer = previewed(order(total_paid=24, total_due=0))
    assert list(answer) == ["orders", "summaries"]
    assert answer["summaries"] == []
    (shown,) = answer["orders"]
    assert list(shown) == ["order", "status", "reasons", "documents", "mapping"]
    assert (shown["order"], shown["status"], shown["reasons"]) == ("000000007", "ready", [])
    contact, invoice, payment = shown["documents"]
    assert list(invoice) == ["kind", "payload", "expected", "sources"]
    assert [contact["kind"], invoice["kind"], payment["kind"]] == ["contact", "invoice", "payment"]
    assert contact["expected"] is None
    assert invoice["expected"] == {"SubTotal": "20.00", "TotalTax": "4.00", "Total": "24.00"}
    assert invoice["payload"]["InvoiceNumber"] == "DE-000000007"
    assert invoice["payload"]["Date"] == "2026-11-03"
    assert invoice["payload"]["Contact"] == {"ContactID": {"$ref": "contact:Ines Silva"}}
    assert payment == {
        "kind": "payment",
        "payload": {
            "Invoice": {"InvoiceID": {"$ref": "invoice:DE-000000007"}},
            "Account": {"Code": "970"},
            "Date": "2026-11-03",
            "Amount": "24.00",
            "Reference": "000000007-1",
        },
        "expected": None,
    }
    assert numbers(answer) == []


@pytest.mark.parametrize(
    "content",
    [
        order(),
        [order()],
        {"items": [order()], "total_count": 1, "search_criteria": {}},
        {"order": order()},
        {"order": order(), "invoices": [], "shipments": [], "creditmemos": []},
        [{"order": order()}],
    ],
)
def test_all_forms_of_input(previewed: Any, content: Any) -> None:
    assert [one["order"] for one in previewed(content)["orders"]] == ["000000007"]


def test_a_field_is_the_path_from_the_top_of_what_was_given(previewed: Any) -> None:
    """A reason about the order's own figures names where they stand; one about a setting does
    not move."""
    bare, wrapped = order(grand_total=26), {"order": order(grand_total=26)}
    for content, field in ((bare, "grand_total"), (wrapped, "order.grand_total")):
        (shown,) = previewed(content)["orders"]
        assert [(one["code"], one["field"]) for one in shown["reasons"]] == [
            ("totals_do_not_add_up", field)
        ]
    unmapped = order(total_paid=24, total_due=0, payment={"method": "x"})
    (shown,) = previewed({"order": unmapped})["orders"]
    assert [one["field"] for one in shown["reasons"]] == ["payment_accounts.x"]


def test_each_document_says_which_setting_gave_what(previewed: Any) -> None:
    _, invoice, payment = previewed(order(total_paid=24, total_due=0))["orders"][0]["documents"]
    assert {one["field"]: (one["value"], one["source"]) for one in invoice["sources"]} == {
        "Contact.ContactID": ("contact:Ines Silva", "contacts.strategy"),
        "Date": ("2026-11-03", "posting.date"),
        "DueDate": ("2026-11-03", "posting.due_days"),
        "Status": ("AUTHORISED", "posting.status"),
        "Reference": ("000000007", "posting.reference"),
        "LineItems[0].AccountCode": ("200", "accounts.sales"),
        "LineItems[0].TaxType": ("T20", "tax.rules[0]"),
    }
    assert "sources" not in payment


def test_each_order_says_how_it_is_mapped(previewed: Any) -> None:
    unmapped = order(total_paid=24, total_due=0, payment={"method": "x"})
    (shown,) = previewed(unmapped)["orders"]
    (line,), (method,) = shown["mapping"]["lines"], shown["mapping"]["methods"]
    assert (line["code"], line["answers"][0]["value"]) == ("MUG", "200")
    assert [one["source"] for one in line["answers"]] == ["accounts.sales", "tax.rules[0]"]
    assert method["answers"] == [
        {
            "what": "Account in EUR", "value": "Not mapped", "source": "payment_accounts.x",
            "place": "", "name": "", "wrong": "Payment method x is not mapped to an account. Map "
            "it, and the payment is sent.",
        }
    ]  # fmt: skip
    (unreadable,) = previewed(order(grand_total="N/A"))["orders"]
    assert unreadable["mapping"] is None


def test_later_orders_see_the_contacts_of_earlier_ones(previewed: Any) -> None:
    second = order(entity_id=8, increment_id="000000008")
    answer = previewed([order(), second])
    kinds = [[d["kind"] for d in one["documents"]] for one in answer["orders"]]
    assert kinds == [["contact", "invoice"], ["invoice"]]


def test_facts_that_the_order_lacks(previewed: Any) -> None:
    context = {"products": {"MUG": {"tax_class": "9", "item_known": True}}}
    sku = order()["items"][0]["sku"]
    context["products"][sku] = context["products"].pop("MUG")
    answer = previewed(order(), context=context)
    (line,) = answer["orders"][0]["documents"][1]["payload"]["LineItems"]
    assert (line["TaxType"], line["ItemCode"]) == ("T9", sku)


def test_the_flag_of_the_shop_decides_the_basis(previewed: Any) -> None:
    context = {"config": {"prices_include_tax": True}}
    answer = previewed(order(), context=context)
    assert answer["orders"][0]["documents"][1]["payload"]["LineAmountTypes"] == "Inclusive"


def test_held_and_skipped_orders_have_reasons_and_no_documents(previewed: Any) -> None:
    held, skipped = previewed([
        order(grand_total="N/A"), order(entity_id=9, status="canceled", state="canceled"),
    ])["orders"]  # fmt: skip
    assert (held["order"], held["status"], held["documents"]) == ("000000007", "held", [])
    assert held["reasons"] == [{
        "code": "bad_number",
        "message": 'grand_total is "N/A": not a number. Correct the order in the shop; it is '
        "read again then.",
        "field": "grand_total",
    }]  # fmt: skip
    assert (skipped["status"], skipped["documents"]) == ("skipped", [])
    assert [reason["code"] for reason in skipped["reasons"]] == ["reversed"]


def test_nothing_is_stored(previewed: Any) -> None:
    previewed(order())
    for model in (Posting, TrackedOrder, SourceRecord):
        assert model.objects.count() == 0


def test_words_for_a_person(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order(total_paid=24, total_due=0)), encoding="utf-8")
    out = StringIO()
    call_command("preview", "--store", "de", "--file", str(file), stdout=out)
    assert out.getvalue() == (
        "000000007: ready\n"
        "  product_not_read: MUG: not known as a product, so that no rule by category or tax class "
        "was applied. Name the SKU under products with an account and a tax type of its own, if "
        "one should have been. [products]\n"
        "  contact      Ines Silva\n"
        "  invoice      DE-000000007 24.00 EUR (tax 4.00)\n"
        "    Contact.ContactID contact:Ines Silva: contacts.strategy\n"
        "    Date 2026-11-03: posting.date\n"
        "    DueDate 2026-11-03: posting.due_days\n"
        "    Status AUTHORISED: posting.status\n"
        "    Reference 000000007: posting.reference\n"
        "    LineItems[0].AccountCode 200: accounts.sales\n"
        "    LineItems[0].TaxType T20: tax.rules[0]\n"
        "  payment      000000007-1 24.00\n"
    )


def test_an_order_that_is_left_out_says_in_words_how_it_is_mapped(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order(status="canceled", state="canceled")), encoding="utf-8")
    out = StringIO()
    call_command("preview", "--store", "de", "--file", str(file), stdout=out)
    first, *_, last = out.getvalue().splitlines()
    assert first == "000000007: skipped"
    assert "    Account 200: accounts.sales\n    Tax type T20: tax.rules[0]\n" in out.getvalue()
    assert "    Account in EUR 970: payment_accounts.checkmo\n" in out.getvalue()
    assert last == "    Contact Ines Silva: contacts.strategy"


@pytest.mark.parametrize(
    ("slug", "content", "context", "words"),
    [
        ("fr", "{}", None, "There is no store 'fr'. Stores: de."),
        ("de", None, None, "cannot be read"),
        ("de", "{", None, "is not JSON"),
        ("de", "{}", None, "is not a Magento order"),
        ("de", "3", None, "is not a Magento order"),
        ("de", "[]", "[]", "must be an object"),
        ("de", "[]", '{"product": {}}', "product: unknown key"),
        ("de", "[]", '{"products": []}', "products: must be an object"),
        ("de", "[]", '{"products": {"A": 5}}', "products.A: must be an object"),
        ("de", "[]", '{"config": {"prices_include_tax": "yes"}}', "must be true or false"),
    ],
)
def test_what_cannot_be_read_ends_with_1(
    tmp_path: Path, slug: str, content: str | None, context: str | None, words: str
) -> None:
    file = tmp_path / "orders.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    arguments = ["--store", slug, "--file", str(file), "--json"]
    if context is not None:
        (tmp_path / "context.json").write_text(context, encoding="utf-8")
        arguments += ["--context", str(tmp_path / "context.json")]
    out = StringIO()
    with pytest.raises(CommandError, match=words) as caught:
        call_command("preview", *arguments, stdout=out)
    assert caught.value.returncode == 1
    assert out.getvalue() == ""


@pytest.mark.parametrize("arguments", [[], ["--store", "de"], ["--store", "de", "--oops"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "preview", *arguments])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


# --- parts of the shop, and orders asked of it ---------------------------------------------------

ONLY = CONFIGURATION + "    only: {websites: [base], store_views: [de_view]}\n"
FACTS = {"parts": [["1", {"website": ["1", "base", "Main"], "store_group": ["1", "main"],
                          "store_view": ["1", "de_view", "German"]}]]}  # fmt: skip


def code_of(answer: dict[str, Any]) -> tuple[str, list[str]]:
    (found,) = answer["orders"]
    return found["status"], [reason["code"] for reason in found["reasons"]]


def test_parts_named_by_code_are_those_that_the_shop_told(previewed: Any) -> None:
    import_configuration(ONLY, lookup={}.get, dry_run=False)
    Store.objects.update(facts=FACTS)

    assert code_of(previewed(order(store_id=1)))[0] == "ready"
    other = FACTS["parts"] + [["2", {"website": ["2", "b2b"], "store_view": ["2", "b2b_view"]}]]
    Store.objects.update(facts={"parts": other})
    assert code_of(previewed(order(store_id=2))) == ("skipped", ["other_store_view"])


def test_before_the_shop_was_asked_an_order_of_a_coded_part_is_shown_and_says_so(
    previewed: Any,
) -> None:
    import_configuration(ONLY, lookup={}.get, dry_run=False)

    answer = previewed(order(store_id=1))

    assert code_of(answer) == ("ready", ["part_unknown", "part_unknown"])
    (found,) = answer["orders"]
    assert [reason["field"] for reason in found["reasons"]] == ["only.websites", "only.store_views"]
    assert "base" in found["reasons"][0]["message"]
    assert [one["kind"] for one in found["documents"]][:2] == ["contact", "invoice"]


@pytest.mark.parametrize("named", ['["7"]', "[Some other view]"])
def test_ids_and_names_need_nobody_to_be_asked(previewed: Any, named: str) -> None:
    only = f"    only: {{store_views: {named}}}\n"
    import_configuration(CONFIGURATION + only, lookup={}.get, dry_run=False)

    assert code_of(previewed(order(store_id=1))) == ("skipped", ["other_store_view"])


@pytest.fixture
def switched_off(private_hosts: None) -> Iterator[DemoShop]:
    """A shop whose store is not enabled, with a rule that needs its products."""
    with DemoShop() as shop:
        text = CONFIGURATION.replace("https://shop.example.com", shop.url)
        keys = f"    enabled: false\n    credentials: {{bearer: {shop.credentials.access_token}}}\n"
        import_configuration(text + keys, lookup={}.get, dry_run=False)
        yield shop


def asked(number: str) -> dict[str, Any]:
    out = StringIO()
    call_command("preview", "--store", "de", "--order", number, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_an_order_is_fetched_by_its_number_also_for_a_store_that_is_off(
    switched_off: DemoShop,
) -> None:
    placed = switched_off.place_order(items=[("MUG-STN", 2)], status="processing", foreign=False)
    switched_off.place_order(items=[("MUG-STN", 1)], status="processing")

    (found,) = asked(placed["increment_id"])["orders"]

    assert found["order"] == placed["increment_id"]
    assert found["status"] == "held"  # its rates are not mapped
    assert (TrackedOrder.objects.count(), SourceRecord.objects.count()) == (0, 0)
    assert Posting.objects.count() == 0


def test_the_shop_is_asked_for_products_that_were_not_read(switched_off: DemoShop) -> None:
    text = CONFIGURATION.replace("https://shop.example.com", switched_off.url)
    rules = "    rules: [{when: {category: Kitchen}, account: '8999'}]\n"
    import_configuration(text + rules, lookup={}.get, dry_run=False)
    placed = switched_off.place_order(items=[("MUG-STN", 2)], status="processing", foreign=False)
    placed["items"][0]["sku"] = "MUG-OLD"
    switched_off.update_order(placed["entity_id"])
    other = switched_off.place_order(items=[("MUG-STN", 1)], status="processing", foreign=False)

    old, new = (asked(one["increment_id"])["orders"][0] for one in (placed, other))

    said = [reason["message"] for reason in old["reasons"] if "product" in reason["code"]]
    assert not said or "MUG-OLD" in said[0]
    assert not [reason for reason in new["reasons"] if "product" in reason["code"]]
    assert (SourceRecord.objects.count(), TrackedOrder.objects.count()) == (0, 0)


def test_an_order_that_the_shop_has_not_is_said(switched_off: DemoShop) -> None:
    with pytest.raises(CommandError, match="has no order 000000999"):
        asked("000000999")


def test_a_shop_that_cannot_be_asked_is_said_in_its_own_words(switched_off: DemoShop) -> None:
    Store.objects.update(credentials={"bearer": "stale"})

    with pytest.raises(CommandError, match="integration"):
        asked("000000001")


def test_a_store_whose_platform_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    Store.objects.update(platform="bazaar")
    file = tmp_path / "orders.json"
    file.write_text("{}", encoding="utf-8")

    for given in (["--file", str(file)], ["--order", "1"]):
        with pytest.raises(CommandError, match="cannot read bazaar shops; it reads: cscart"):
            call_command("preview", "--store", "de", *given)


def test_a_file_or_a_number_is_needed_and_not_both() -> None:
    for given in ([], ["--file", "x", "--order", "1"]):
        with pytest.raises(CommandError):
            call_command("preview", "--store", "de", *given)
