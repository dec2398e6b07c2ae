"""What shops write in forms of their own is read for certain, or refused by field and value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from stores.canonical.records import ParseError
from stores.raw import Raw

AT = datetime(2026, 6, 18, 12, 5, 4, tzinfo=UTC)


def refusal(read: Callable[[], object]) -> tuple[str, object, str]:
    with pytest.raises(ParseError) as refused:
        read()
    assert refused.value.field in str(refused.value)
    return refused.value.field, refused.value.value, refused.value.code


@pytest.mark.parametrize("value", [True, 1, "1", "true", "True", "Y", "y", "yes", Decimal(1)])
def test_a_yes_is_read_in_every_form(value: object) -> None:
    assert Raw({"paid": value}).flag("paid") is True


@pytest.mark.parametrize("value", [False, 0, "0", "false", "N", "n", "no", Decimal(0)])
def test_a_no_is_read_in_every_form(value: object) -> None:
    assert Raw({"paid": value}).flag("paid") is False


@pytest.mark.parametrize("value", ["on", "C", 2, "2", [], {}, ["Y"], "null", " ", Decimal("0.5")])
def test_what_is_neither_yes_nor_no_is_refused_and_never_a_no(value: object) -> None:
    record = Raw({"order": {"paid": value}}).child("order")

    assert refusal(lambda: record.flag("paid")) == ("order.paid", value, "bad_flag")


@pytest.mark.parametrize("record", [{}, {"paid": None}, {"paid": ""}])
def test_a_flag_that_is_left_out_is_neither(record: dict[str, Any]) -> None:
    assert Raw(record).flag("paid") is None
    assert refusal(lambda: Raw(record).required_flag("paid")) == ("paid", None, "missing")


def test_children_are_read_by_their_ids_in_the_shops_order() -> None:
    record = Raw({"products": {"9": {"n": 1}, "2": {"n": 2}}})

    found = record.keyed("products")

    assert [(one, child.path, child.number("n")) for one, child in found] == [
        ("9", "products.9", 1), ("2", "products.2", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("record", [{}, {"products": None}, {"products": []}, {"products": {}}])
def test_no_children_are_written_in_several_ways(record: dict[str, Any]) -> None:
    assert Raw(record).keyed("products") == []


def test_children_with_the_ids_0_and_1_are_a_list_in_php() -> None:
    found = Raw({"products": [{"n": 1}, {"n": 2}]}).keyed("products")

    assert [(one, child.path) for one, child in found] == [
        ("0", "products[0]"), ("1", "products[1]"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "where", "what"),
    [
        ("x", "products", "x"),
        (3, "products", 3),
        ({"9": "x"}, "products.9", "x"),
        ([{}, 5], "products[1]", 5),
    ],
)
def test_children_that_are_no_objects_are_refused(value: object, where: str, what: object) -> None:
    record = Raw({"products": value})

    assert refusal(lambda: record.keyed("products")) == (where, what, "bad_object")


def test_moments_are_read_in_each_form() -> None:
    record = Raw(
        {
            "unix": 1781784304, "digits": "1781784304", "mail": "Thu, 18 Jun 2026 12:05:04 +0000",
            "east": "Thu, 18 Jun 2026 14:05:04 +0200", "nowhere": "18 Jun 2026 12:05:04 -0000",
            "iso": "2026-06-18T14:05:04+02:00",
        }
    )  # fmt: skip

    assert [record.unix_moment(key) for key in ("unix", "digits")] == [AT, AT]
    assert [record.mail_moment(key) for key in ("mail", "east", "nowhere")] == [AT, AT, AT]
    assert record.moment("iso", "Europe/Berlin") == AT


@pytest.mark.parametrize("value", [0, "0", -5, 1781784304000, "1781784304.5"])
def test_what_is_no_unix_moment_is_refused(value: object) -> None:
    field, what, code = refusal(lambda: Raw({"at": value}).unix_moment("at"))

    assert (field, what) == ("at", value)
    assert code in ("bad_date", "bad_number")


@pytest.mark.parametrize(
    "value", ["2026-06-18", "Thu, 45 Jun 2026 12:05:04 +0000", "1781784304", "soon"]
)
def test_what_no_mail_would_write_is_refused(value: str) -> None:
    assert refusal(lambda: Raw({"at": value}).mail_moment("at")) == ("at", value, "bad_date")


@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "12.50"), ("JPY", "1250"), ("KWD", "1.250")]
)
def test_minor_units_are_those_of_the_currency(currency: str, amount: str) -> None:
    assert Raw({"sum": 1250}).minor_units("sum", currency) == Decimal(amount)
    assert Raw({"sum": "-5"}).minor_units("sum", "EUR") == Decimal("-0.05")


def test_a_part_of_a_minor_unit_is_refused() -> None:
    record = Raw({"sum": "12.5"})

    assert refusal(lambda: record.minor_units("sum", "EUR")) == ("sum", "12.5", "bad_number")


def test_amounts_that_name_their_currency_are_read() -> None:
    divided = {"amount": 313, "divisor": 100, "currency_code": "USD"}
    record = Raw({"a": divided, "b": {"value": "69.73", "currency": "USD"}})

    assert record.divided("a", "USD") == Decimal("3.13")
    assert record.valued("b", "USD") == Decimal("69.73")


@pytest.mark.parametrize(
    ("more", "where", "code"),
    [
        ({"currency_code": "EUR"}, "a.currency_code", "other_currency"),
        ({"currency_code": "?"}, "a.currency_code", "unknown_currency"),
        ({"divisor": 0}, "a.divisor", "bad_number"),
        ({"divisor": 30}, "a.divisor", "bad_number"),
        ({"amount": "3.13"}, "a.amount", "bad_number"),
        ({"amount": None}, "a.amount", "missing"),
    ],
)
def test_an_amount_that_is_not_what_it_should_be_is_refused(
    more: dict[str, Any], where: str, code: str
) -> None:
    stated = {"amount": 313, "divisor": 100, "currency_code": "USD"} | more

    field, _, refused = refusal(lambda: Raw({"a": stated}).divided("a", "USD"))

    assert (field, refused) == (where, code)


def test_an_amount_of_another_currency_is_refused() -> None:
    record = Raw({"total": {"value": "5.00", "currency": "GBP"}})

    found = refusal(lambda: record.valued("total", "EUR"))

    assert found == ("total.currency", "GBP", "other_currency")
    assert refusal(lambda: record.valued("tax", "EUR")) == ("tax", None, "missing")
