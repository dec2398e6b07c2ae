"""What of a CS-Cart record is not kept: card data, passwords, keys of gateways."""

from __future__ import annotations

from decimal import Decimal

from stores.adapters.cscart.records.scrub import scrub
from tests.stores.cscart.cscart_records import order, parsed

CARD = "4111 1111 1111 1111"


def test_card_data_and_keys_are_taken_out_and_the_rest_stays() -> None:
    record = order(
        notes=f"my card is {CARD}", api_key="k", last_passwords="p", validation_code="v",
        payment_info={
            "card": "vis", "card_number": "4111111111111111", "cardholder_name": "Jane Doe",
            "expiry_month": "01", "expiry_year": "29", "cvv2": "123", "account_number": "1",
            "reason_text": f"charged {CARD}", "transaction_id": "4111111111111111",
            "raw": {"token": "t", "pan": Decimal("4111111111111111"), "amount": Decimal("12.50")},
        },
        payment_method={"payment": "Card", "processor_params": {"login": "shop", "key": "s"}},
    )  # fmt: skip

    kept = scrub(record)

    assert kept["notes"] == "my card is [removed]"
    assert kept["payment_method"] == {"payment": "Card"}
    assert not {"api_key", "last_passwords", "validation_code"} & kept.keys()
    assert kept["payment_info"] == {
        "card": "vis", "reason_text": "charged [removed]", "transaction_id": "4111111111111111",
        "raw": {"amount": Decimal("12.50")},
    }  # fmt: skip


def test_what_is_left_is_read_as_before_and_stays_when_it_is_searched_again() -> None:
    record = order(payment_info={"transaction_id": "ch_1", "card_number": "4111111111111111"})
    kept = scrub(record)

    assert parsed(kept) == parsed(record)
    assert parsed(kept).transaction_id == "ch_1"
    assert scrub(kept) == kept


def test_an_empty_payment_of_php_stays() -> None:
    assert scrub({"payment_info": [], "payment_method": []}) == {
        "payment_info": [], "payment_method": [],
    }  # fmt: skip


def test_passwords_of_users_are_taken_out() -> None:
    kept = scrub({"user_id": "3", "password": "hash", "salt": "s", "api_key": "k", "email": "a@b"})

    assert kept == {"user_id": "3", "email": "a@b"}
