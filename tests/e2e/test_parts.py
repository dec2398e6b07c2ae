"""Parts that a script makes comfortable, and that work without one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, ROOM, WIDE, Surfer

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _sandbox(settings: Any) -> None:
    settings.SANDBOX = True


def guide(surfer: Surfer, **options: Any) -> Page:
    page = surfer.open(**options)
    page.goto(f"{surfer.address}/styleguide/")
    return page


def test_an_account_is_found_and_chosen_with_the_keyboard(surfer: Surfer) -> None:
    page = guide(surfer)
    field = page.get_by_role("combobox", name="Sales", exact=True).first
    field.focus()
    page.keyboard.type("other rev")

    expect(field).to_have_attribute("aria-expanded", "true")
    rows = page.get_by_role("option")
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == rows.get_attribute("id")
    page.keyboard.press("Enter")

    expect(field).to_have_value("260 Other Revenue · Revenue")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert page.eval_on_selector("[name=light-sales]", "e => e.value") == "260"


def test_what_cannot_be_chosen_is_shown_with_its_reason_and_not_taken(surfer: Surfer) -> None:
    page = guide(surfer)
    field = page.locator("#id_light-paid_to")
    field.fill("sales")

    row = page.get_by_role("option", name="200 Sales · Revenue: takes no payments in Xero")
    expect(row).to_have_attribute("aria-disabled", "true")
    row.click(force=True)
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    expect(field).to_have_value("")
    assert page.eval_on_selector("[name=light-paid_to]", "e => e.value") == ""


def test_what_is_typed_and_not_picked_is_taken_back(surfer: Surfer) -> None:
    page = guide(surfer)
    field = page.locator("#id_light-tax")
    field.fill("nonsense")
    expect(page.locator(".picker-list:visible")).to_contain_text("Nothing fits.")
    page.keyboard.press("Tab")

    expect(field).to_have_value("OUTPUT GST on Income · 10 %")
    assert page.eval_on_selector("[name=light-tax]", "e => e.value") == "OUTPUT"


def names(page: Page) -> list[str]:
    return [box.input_value() for box in page.locator(".row [name$=method]").all()]


def test_rows_are_added_removed_and_moved_with_the_keyboard(surfer: Surfer) -> None:
    page = guide(surfer)
    page.get_by_role("button", name="Add a method").press("Enter")
    page.keyboard.type("paypal")
    page.keyboard.press("Tab")
    page.keyboard.type("card clear")
    page.keyboard.press("Enter")
    page.locator(".row").nth(2).locator("[data-row=grip]").press("ArrowUp")
    expect(page.locator("[data-said]")).to_have_text("Moved to place 2")
    assert names(page) == ["stripe", "paypal", "bank"]
    page.locator(".row").nth(0).get_by_role("button", name="Remove").press("Enter")

    assert names(page) == ["paypal", "bank"]
    assert page.locator("[name=rows-TOTAL_FORMS]").input_value() == "2"
    sent = page.evaluate("[...new FormData(document.querySelector('.rows').closest('form'))]")
    assert [pair for pair in sent if pair[0] in ("rows-0-method", "rows-0-account")] == [
        ["rows-0-method", "paypal"], ["rows-0-account", "835 Card clearing"],
    ]  # fmt: skip
    assert ["rows-1-method", "bank"] in sent


def test_a_row_is_dragged_to_its_place(surfer: Surfer) -> None:
    page = guide(surfer)
    grip = page.locator("[data-row=grip]").nth(1)
    grip.scroll_into_view_if_needed()
    box, above = grip.bounding_box(), page.locator(".row").nth(0).bounding_box()
    assert box is not None
    assert above is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, above["y"] + 5, steps=5)
    page.mouse.up()

    assert names(page) == ["bank", "stripe"]
    assert page.locator(".dragged").count() == 0


def test_rows_and_pickers_work_without_javascript(surfer: Surfer) -> None:
    page = guide(surfer, java_script_enabled=False)

    page.click("button:has-text('Add a method')")
    assert names(page) == ["stripe", "bank", ""]
    page.locator(".row").nth(1).get_by_role("button", name="Move up").click()
    assert names(page) == ["bank", "stripe", ""]
    page.locator(".row").nth(1).get_by_role("button", name="Remove").click()
    assert names(page) == ["bank", ""]
    page.select_option("select[name=light-sales]", label="200 Sales · Revenue")
    assert page.locator("select[name=light-paid_to] option:disabled").count() == 5


@pytest.mark.parametrize("viewport", [WIDE, ROOM, PHONE], ids=["wide", "room", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_is_whole_where_there_is_room_and_stacks_on_a_phone(
    surfer: Surfer, viewport: dict[str, int], scheme: str
) -> None:
    page = guide(surfer, viewport=viewport, color_scheme=scheme)
    row = page.locator("[aria-labelledby=whole] tbody tr").nth(1)
    cells = [box for cell in row.locator("> *").all() if (box := cell.bounding_box())]

    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    tops = {round(cell["y"]) for cell in cells}
    assert (len(tops) > 2) == (viewport == PHONE)
    label = row.locator("[data-label]").evaluate("e => getComputedStyle(e, '::before').content")
    assert ("Why" in label) == (viewport == PHONE)
