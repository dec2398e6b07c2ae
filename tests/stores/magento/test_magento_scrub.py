"""Card data and gateway secrets leave a record before it is stored; all else stays verbatim."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.adapters.magento.records.parse import parse_order
from stores.adapters.magento.records.scrub import scrub
from stores.canonical.records import ParseFacts
from stores.card_data import REMOVED
from tests.stores.magento.magento_records import Json, order

VISA = "4111111111111111"


def with_check_digit(digits: str) -> str:
    """Append the digit that makes Luhn's sum a multiple of ten."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        number = int(character) * (2 if position % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return digits + str(-total % 10)


card_numbers = st.from_regex(r"[1-9][0-9]{11,17}", fullmatch=True).map(with_check_digit)


def paid_with(**payment: Any) -> Json:
    return order(payment={"method": "stripe", "cc_last4": "1111", "entity_id": 5} | payment)


@given(card_numbers, st.sampled_from(["", " ", "-"]))
def test_no_card_number_survives_in_a_payment(number: str, separator: str) -> None:
    written = separator.join(number[start : start + 4] for start in range(0, len(number), 4))
    record = paid_with(
        additional_information=["Card", written, f"card {written}!", json.dumps({"n": written})],
        additional_note={"deep": [written]},
    )
    record["extension_attributes"]["payment_additional_info"] = [{"key": "x", "value": written}]

    assert written not in json.dumps(scrub(record))


@given(card_numbers)
def test_no_card_number_survives_in_a_comment(number: str) -> None:
    record = order(
        customer_note=f"Take {number} please",
        status_histories=[{"comment": f"card:{number}", "status": "new"}],
    )

    cleaned = scrub(record)

    assert cleaned["customer_note"] == f"Take {REMOVED} please"
    assert cleaned["status_histories"][0]["comment"] == f"card:{REMOVED}"


@pytest.mark.parametrize(
    "written", ["4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005"]
)
def test_a_card_typed_in_groups_is_seen_in_a_comment(written: str) -> None:
    assert scrub({"comment": f"use {written}"}) == {"comment": f"use {REMOVED}"}


@pytest.mark.parametrize(
    "field",
    ["cc_number_enc", "cc_cid", "cc_owner", "cc_exp_month", "cc_ss_issue", "cc_debug_response_body",
     "echeck_routing_number", "additional_data", "cvv2", "gateway_token", "cardNumber"],
)  # fmt: skip
def test_fields_of_card_data_are_gone(field: str) -> None:
    assert field not in scrub(paid_with(**{field: "123"}))["payment"]


def test_pairs_that_name_a_secret_are_gone_and_others_stay() -> None:
    record = order()
    record["extension_attributes"]["payment_additional_info"] = [
        {"key": "method_title", "value": "Credit Card"},
        {"key": "cvv", "value": "123"},
        {"key": "public_hash", "value": "f00"},
        {"key": "raw", "value": '{"token": "tok_1", "brand": "visa", "fee": 1.10}'},
    ]

    pairs = scrub(record)["extension_attributes"]["payment_additional_info"]

    assert [pair["key"] for pair in pairs] == ["method_title", "raw"]
    assert json.loads(pairs[1]["value"]) == {"brand": "visa", "fee": "1.10"}


@given(st.integers(1, 10**18), st.from_regex(r"\+?[0-9 ()-]{6,24}", fullmatch=True))
def test_numbers_that_name_things_are_kept(number: int, phone: str) -> None:
    record = paid_with(last_trans_id=str(number), cc_trans_id=str(number), parent_id=number)
    record |= {"entity_id": number, "increment_id": str(number), "ext_order_id": str(number)}
    record["billing_address"]["telephone"] = phone
    record["items"][0] |= {"sku": str(number), "item_id": number}

    assert scrub(record) == record


def test_the_last_four_digits_and_all_amounts_are_kept() -> None:
    record = paid_with(cc_last4="1111", amount_paid=Decimal("24.0000"), cc_type="VI")

    assert scrub(record) == record


def test_a_scrubbed_record_is_a_copy_that_reads_the_same() -> None:
    record = {"order": paid_with(additional_information=[VISA], cc_owner="I Silva")}
    before = json.dumps(record)

    cleaned = scrub(record)

    assert json.dumps(record) == before
    assert scrub(cleaned) == cleaned
    read = parse_order(cleaned, ParseFacts())
    assert (read.total, read.payment_title) == (Decimal(24), REMOVED)
