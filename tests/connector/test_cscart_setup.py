"""A CS-Cart shop is connected as the README says: its file, its key, and a look at an order."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from sandbox.cscart import DemoShop
from sandbox.cscart.shop import API_KEY, EMAIL
from stores import registry
from stores.models import Store
from sync.models import Posting

pytestmark = pytest.mark.django_db


def asked(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.parametrize(("taxes", "tax"), [("unit_price", "3.84"), ("subtotal", "3.54")])
def test_a_file_and_a_key_lead_to_a_preview(
    taxes: str, tax: str, private_hosts: None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A mug and filters with GST inside, salt without; 10 % off, and postage of 9.95."""
    monkeypatch.setenv("STORE_CS_EMAIL", EMAIL)
    monkeypatch.setenv("STORE_CS_API_KEY", API_KEY)
    file = tmp_path / "shops.yaml"
    with DemoShop(tax_calculation=taxes) as shop:
        order = shop.place_order(
            items=[("MUG-STN", 1), ("SALT-PINK", 1), ("FILTER-100", 1)], coupon="WELCOME10",
            shipping="flat", customer=1, foreign=False, payment_method="Credit card", status="P",
        )  # fmt: skip
        example = registry.profile("cscart").example
        file.write_text(example.replace("https://shop.example.com", shop.url), encoding="utf-8")
        asked("config", "import", str(file))
        number = str(shop.id_of(order))
        answer = json.loads(asked("preview", "--store", "cs", "--order", number, "--json"))

    (found,) = answer["orders"]
    assert found["status"] == "ready", found["reasons"]
    (invoice,) = [one for one in found["documents"] if one["kind"] == "invoice"]
    lines = {line["AccountCode"] for line in invoice["payload"]["LineItems"]}
    assert lines == {"200"}
    # 41.35 less 4.14, and 9.95; by unit price the discount takes no tax off
    assert order["total"] == "47.16"
    totals = invoice["expected"]
    assert (totals["Total"], totals["TotalTax"]) == ("47.16", tax)
    assert Store.objects.get(slug="cs").credentials["api_key"] == API_KEY
    assert Posting.objects.count() == 0
