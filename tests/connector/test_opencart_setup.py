"""An OpenCart shop is connected as the README says: its file, one code, and a look at an order."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from sandbox.opencart import DemoShop
from sandbox.shop.made_up.demand import Plan
from stores import registry
from stores.models import Store
from sync.models import Posting

pytestmark = pytest.mark.django_db


def asked(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.parametrize("version", ["3", "4.0", "4"])
def test_a_file_and_a_code_lead_to_a_preview(
    version: str, private_hosts: None, tmp_path: Path
) -> None:
    file = tmp_path / "shops.yaml"
    file.write_text(registry.profile("opencart").example, encoding="utf-8")

    with DemoShop(plan=Plan(profile="uk", inclusive=False), version=version) as shop:
        order = shop.place_order(
            items=[("MUG-STN", 2), ("CAFETIERE", 1), ("SALT-PINK", 1)], coupon="WELCOME10",
            shipping="flat", foreign=False, customer=1, status="processing",
        )  # fmt: skip
        asked("config", "import", str(file))
        said = asked("pair", "--store", "uk", shop.pairing_code, "--replace")
        number = str(shop.id_of(order))
        answer = json.loads(asked("preview", "--store", "uk", "--order", number, "--json"))

    assert "answers at" in said
    assert Store.objects.get(slug="uk").credentials["key"] == shop.keys.credentials.key
    (found,) = answer["orders"]
    (invoice,) = [one for one in found["documents"] if one["kind"] == "invoice"]
    lines = [
        (line["Quantity"], line["UnitAmount"], line["AccountCode"], line["TaxType"])
        for line in invoice["payload"]["LineItems"]
    ]
    assert lines == [
        ("2", "24.95", "200", "OUTPUT2"), ("1", "59.95", "200", "OUTPUT2"),
        ("1", "9.07", "200", "ZERORATEDOUTPUT"), ("1", "4.99", "200", "OUTPUT2"),
        ("1", "0.75", "260", "NONE"), ("1", "-10.98", "200", "OUTPUT2"),
        ("1", "-0.91", "200", "ZERORATEDOUTPUT"),
    ]  # fmt: skip
    # 20 % of 49.90 + 59.95 - 10.985 + 4.99
    assert invoice["expected"] == {"SubTotal": "112.77", "TotalTax": "20.77", "Total": "133.54"}
    assert found["status"] == "ready"
    assert Posting.objects.count() == 0
