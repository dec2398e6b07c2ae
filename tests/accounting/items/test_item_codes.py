"""The codes of items: stable, short enough, and never another SKU's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.items.codes import CODE_LIMIT, candidates, find_item, fits, item_code
from xero.documents.facts import ItemFacts

LONG = "ROASTERS-TEE-ORGANIC-COTTON-XL-BLACK"
SKUS = st.text(min_size=1, max_size=64)


@pytest.mark.parametrize(
    ("sku", "code"),
    [
        ("MUG", "MUG"),
        ("a b", "a b"),
        ("X" * 30, "X" * 30),
        (LONG, "ROASTERS-TEE-ORGA-UBIFXM7IK6JJ"),
        (LONG[:-5] + "WHITE", "ROASTERS-TEE-ORGA-77FGJIEEXLJN"),
        (" MUG", "MUG-DONIGMI6Q3Q3"),
        ("MUG\t", "MUG-OIMMI7TPCXWP"),
    ],
)
def test_a_sku_that_fits_is_its_own_code_and_another_gets_one_that_never_changes(
    sku: str, code: str
) -> None:
    assert item_code(sku) == code


@given(SKUS)
def test_a_code_is_short_printable_and_the_same_every_time(sku: str) -> None:
    code = item_code(sku)
    assert fits(code)
    assert len(code) <= CODE_LIMIT
    assert code == item_code(sku)


@given(st.sets(SKUS, min_size=2, max_size=30), st.booleans())
def test_no_two_skus_get_one_code_whatever_its_case(skus: set[str], lengthen: bool) -> None:
    taken: set[str] = set()
    for sku in sorted(skus):
        code = item_code(sku + "x" * 30 if lengthen else sku, taken)
        assert code.casefold() not in taken
        taken.add(code.casefold())


def test_many_long_skus_that_differ_at_the_end_only_keep_apart() -> None:
    codes = {item_code(f"{'PART' * 9}-{number}").casefold() for number in range(20_000)}
    assert len(codes) == 20_000


def test_of_two_skus_that_differ_in_case_only_the_second_gets_a_short_code() -> None:
    code = item_code("mug", {"mug"})
    assert code != "mug"
    assert code.startswith("mug-")
    assert code.casefold() == candidates("mug")[1]
    assert code != item_code("Mug", {"mug"})


def by_code(*codes: str) -> dict[str, list[ItemFacts]]:
    found: dict[str, list[ItemFacts]] = {}
    for code in codes:
        found.setdefault(code.casefold(), []).append(ItemFacts(code, f"id-{code}"))
    return found


@pytest.mark.parametrize(
    ("sku", "codes", "any_case", "found"),
    [
        ("MUG", ["MUG"], False, "MUG"),
        ("MUG", ["mug"], False, None),
        ("MUG", ["mug"], True, "mug"),
        ("MUG", ["mug", "MUG"], True, "MUG"),
        ("MUG", ["MUG", item_code("MUG", {"mug"})], False, item_code("MUG", {"mug"})),
        (LONG, [item_code(LONG)], False, item_code(LONG)),
        (LONG, [LONG[:30]], True, None),
        (" MUG", ["MUG"], True, None),
    ],
)
def test_which_item_a_sku_means(
    sku: str, codes: list[str], any_case: bool, found: str | None
) -> None:
    item = find_item(sku, by_code(*codes), any_case=any_case)
    assert (item and item.code) == found


def test_an_item_of_another_sku_is_not_taken() -> None:
    assert find_item("MUG", by_code("MUG"), taken={"mug"}, any_case=True) is None
