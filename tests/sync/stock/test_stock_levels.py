"""Stock levels as another system writes them: exact, or refused with every fault named."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from stores.canonical.product import StockTarget
from sync.stock.levels import BadLevels, Level, from_csv, from_json

COLUMNS = (
    "the columns must be sku and quantity, and may be product_id, variant_id, location_id beside "
    "them"
)
MUG, BAG = Level(StockTarget("MUG"), Decimal(12)), Level(StockTarget("BAG/1"), Decimal("0.5000"))


def refused(levels: str) -> list[str]:
    with pytest.raises(BadLevels) as error:
        from_json(f'{{"levels": {levels}}}'.encode())
    return error.value.lines


def test_quantities_are_read_exactly_from_text_and_numbers() -> None:
    body = b'{"levels": [{"sku": "MUG", "quantity": "12"}, {"sku": "BAG/1", "quantity": 0.5000}]}'

    levels = from_json(body)

    assert levels == [MUG, BAG]
    assert str(levels[1].quantity) == "0.5000"
    assert from_json(b'{"levels": []}') == []


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        ('"1,5"', "is not a number such as 12 or 12.5"),
        ('"N/A"', "is not a number such as 12 or 12.5"),
        ('""', "is not a number such as 12 or 12.5"),
        ("null", "is not a number such as 12 or 12.5"),
        ("true", "is not a number such as 12 or 12.5"),
        ("[1]", "is not a number such as 12 or 12.5"),
        ("10000000000", "is not a number such as 12 or 12.5"),
        ("-1", "is negative: say 0 where there is none"),
        ('"0.00001"', "has more than 4 decimals"),
    ],
)
def test_a_bad_quantity_is_named_with_its_value(quantity: str, why: str) -> None:
    lines = refused(f'[{{"sku": "MUG", "quantity": "1"}}, {{"sku": "A", "quantity": {quantity}}}]')

    assert lines == [f"levels[1].quantity: {quantity} {why}"]


def test_every_fault_is_told() -> None:
    rows = [
        {"sku": "", "quantity": 1},
        {"sku": 7, "quantity": 1},
        {"sku": "A", "quantity": 1},
        {"sku": "A", "quantity": 2},
        {"sku": "B"},
        "C",
    ]

    assert [line.split(":")[0] for line in refused(json.dumps(rows))] == [
        "levels[0].sku", "levels[1].sku", "levels[3].sku", "levels[4]", "levels[5]",
    ]  # fmt: skip


def test_no_more_faults_are_told_than_can_be_read() -> None:
    lines = refused(json.dumps([{"sku": "A"}] * 70))

    assert (len(lines), lines[-1]) == (51, "and 20 more")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"levels": {}}', b"\xff", b"[" * 100_000])
def test_a_body_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(BadLevels):
        from_json(body)


@pytest.mark.parametrize(
    "table",
    [
        "sku,quantity\nMUG,12\nBAG/1,0.5000\n",
        "\ufeffSKU;Quantity\r\nMUG;12\r\n\r\nBAG/1;0.5000\r\n",
        "quantity\tsku\n12\tMUG\n0.5000\tBAG/1",
        'sku,quantity\n"MUG","12"\n"BAG/1",0.5000\n',
    ],
)
def test_a_table_is_read_whatever_separates_its_columns(table: str) -> None:
    assert from_csv(table.encode()) == [MUG, BAG]


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("", [f"line 1: {COLUMNS}"]),
        ("sku,price\nMUG,1\n", [f"line 1: {COLUMNS}"]),
        ("sku,quantity\nMUG,12\nBAG,x\n",
         ['line 3, quantity: "x" is not a number such as 12 or 12.5']),
        ("sku,quantity\nMUG,1,5\n", ["line 2: has 3 columns, not 2"]),
        ("sku;quantity\nMUG;1,5\n",
         ['line 2, quantity: "1,5" is not a number such as 12 or 12.5']),
        ("sku,quantity\nMUG,1\n\nMUG,2\n", ['line 4, sku: "MUG" stands in line 2 already']),
    ],
)  # fmt: skip
def test_a_bad_line_of_a_table_is_told_by_its_number(table: str, lines: list[str]) -> None:
    with pytest.raises(BadLevels) as error:
        from_csv(table.encode())

    assert error.value.lines == lines


def test_a_table_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(BadLevels, match="not in UTF-8"):
        from_csv("sku,quantity\nCAFÉ,1\n".encode("latin-1"))


def test_ids_of_the_shop_stand_beside_the_sku_or_in_its_place() -> None:
    levels = [
        {"sku": "MUG", "product_id": "7", "location_id": "north", "quantity": 3},
        {"sku": "MUG", "product_id": "7", "location_id": "south", "quantity": 4},
        {"product_id": "8", "variant_id": "80", "quantity": 5},
    ]
    table = (
        "sku,product_id,variant_id,location_id,quantity\nMUG,7,,north,3\nMUG,7,,south,4\n,8,80,,5\n"
    )

    read = from_json(json.dumps({"levels": levels}).encode())

    assert [one.target for one in read] == [
        StockTarget("MUG", "7", "", "north"), StockTarget("MUG", "7", "", "south"),
        StockTarget("", "8", "80"),
    ]  # fmt: skip
    assert from_csv(table.encode()) == read


def test_who_is_named_in_no_way_or_twice_or_by_no_text_is_told() -> None:
    rows = [
        {"variant_id": "8", "quantity": 1},
        {"product_id": 8, "quantity": 1},
        {"product_id": "9", "quantity": 1},
        {"product_id": "9", "quantity": 1},
        {"sku": "A", "shelf": "9", "quantity": 1},
    ]

    assert [line.partition(": ")[0] for line in refused(json.dumps(rows))] == [
        "levels[0]", "levels[1].product_id", "levels[3].product_id", "levels[4]",
    ]  # fmt: skip
    with pytest.raises(BadLevels) as error:
        from_csv(b"sku,product_id,quantity\n,,3\n")
    assert error.value.lines == ['line 2, sku: "" is no SKU: text of 1 to 100 characters']
