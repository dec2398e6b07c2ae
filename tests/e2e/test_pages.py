"""What only a browser can tell: scripts, layout, keyboard, and life without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from sync.models import TrackedOrder
from tests.e2e.conftest import PHONE, ROOM, WIDE, Surfer

pytestmark = pytest.mark.e2e

ADDRESSES = [
    "/", "/orders/", "/orders/?state=attention", "/orders/?q=zzz", "/orders/{order}/",
    "/orders/{order}/preview/", "/reports/", "/xero/", "/chart-of-accounts/", "/set-up/file/",
    "/accounts/password/change/", "/accounts/2fa/",
]  # fmt: skip


def an_order() -> int:
    return TrackedOrder.objects.get(number="000000060").pk


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The server runs in this process: no worker is called."""
    from connector.lib import doorbell

    rings: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda *args, **_: rings.append(args))
    return rings


def test_logging_in_leads_to_the_overview(surfer: Surfer) -> None:
    page = surfer.open()

    expect(page).to_have_url(f"{surfer.address}/")
    expect(page.locator("h1")).to_have_text("Overview")
    expect(page.locator(".condition")).to_contain_text("2 need you.")


def test_filters_work_without_loading_the_page_anew(surfer: Surfer) -> None:
    page = surfer.open()
    page.goto(f"{surfer.address}/orders/")
    page.evaluate("window.stillHere = true")

    page.select_option("#id_state", "held")

    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".condition")).to_have_text("2 orders fit these filters.")
    expect(page.get_by_role("link", name="Clear")).to_be_visible()
    assert "state=held" in page.url
    assert page.evaluate("window.stillHere") is True


def test_selecting_raises_a_bar_and_syncs(surfer: Surfer, rung: list[Any]) -> None:
    page = surfer.open()
    page.goto(f"{surfer.address}/orders/?state=held")
    bar = page.locator(".selection")
    expect(bar).to_be_hidden()

    page.check("tbody tr:nth-child(1) input")
    expect(bar).to_contain_text("1 order selected")
    page.check("[data-pick-all]")
    expect(bar.locator("[data-sync]")).to_have_text("Sync 2 orders to Xero")
    page.click("[data-sync]")

    expect(page.locator(".notice.success")).to_contain_text("2 orders on the way to Xero.")
    assert TrackedOrder.objects.filter(lane="click").count() == 2
    assert page.url.endswith("/orders/?state=held")


def test_do_not_sync_asks_why(surfer: Surfer, rung: list[Any]) -> None:
    page = surfer.open()
    page.goto(f"{surfer.address}/orders/{an_order()}/")

    page.click("text=Do not sync")
    page.fill("[name=why]", "Invoiced by hand")
    page.click("text=Do not sync 1 order >> nth=-1")

    expect(page.locator(".notice.success")).to_contain_text("1 order marked as not to be synced.")
    expect(page.locator("h1 .state")).to_have_text("Not synced")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, ROOM, PHONE], ids=["wide", "room", "phone"])
def test_no_page_is_wider_than_the_screen(
    surfer: Surfer, viewport: dict[str, int], scheme: str
) -> None:
    page = surfer.open(viewport=viewport, color_scheme=scheme)
    order = an_order()

    for address in ADDRESSES:
        page.goto(surfer.address + address.format(order=order))
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, address


def test_phones_have_a_bar_at_the_bottom(surfer: Surfer) -> None:
    page = surfer.open(viewport=PHONE)

    expect(page.locator(".rail")).to_be_hidden()
    bar = page.locator(".bottom-bar")
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == PHONE["height"]
    expect(bar.locator("> ul > li")).to_have_count(5)
    page.click("text=More")
    expect(bar.get_by_role("link", name="Log out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar.get_by_role("link", name="Log out")).to_be_hidden()


def test_wide_screens_have_a_rail(surfer: Surfer) -> None:
    page = surfer.open()

    expect(page.locator(".rail")).to_be_visible()
    expect(page.locator(".bottom-bar")).to_be_hidden()
    expect(page.locator(".rail [aria-current]")).to_have_text("Overview")


def test_everything_works_without_javascript(surfer: Surfer, rung: list[Any]) -> None:
    page = surfer.open(java_script_enabled=False)
    page.goto(f"{surfer.address}/orders/")

    page.select_option("#id_state", "held")
    page.click("button:has-text('Filter')")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.click("text=Select all on this page")
    expect(page.locator("tbody input:checked")).to_have_count(2)
    page.click("text=Sync selected orders to Xero")

    expect(page.locator(".notice.success")).to_contain_text("2 orders on the way to Xero.")
    assert TrackedOrder.objects.filter(lane="click").count() == 2


def test_the_keyboard_shows_where_it_is(surfer: Surfer) -> None:
    page = surfer.open()
    page.goto(f"{surfer.address}/orders/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "(({outlineStyle, outlineWidth}) => `${outlineStyle} ${outlineWidth}`)"
            "(getComputedStyle(document.activeElement))"
        )
        assert ring == "solid 2px"


def test_a_slash_goes_to_the_search(surfer: Surfer) -> None:
    page = surfer.open()

    page.keyboard.press("/")
    page.keyboard.type("000000042")
    page.keyboard.press("Enter")

    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_heads_of_long_tables_stay_in_sight(surfer: Surfer) -> None:
    page = surfer.open()
    page.goto(f"{surfer.address}/orders/")

    page.mouse.wheel(0, 1200)
    page.wait_for_function("window.scrollY > 800")

    box = page.locator("thead th").nth(1).bounding_box()
    assert box is not None
    assert box["y"] == pytest.approx(0, abs=1)


def test_a_name_from_right_to_left_stays_in_its_cell(surfer: Surfer) -> None:
    page = surfer.open()
    page.goto(f"{surfer.address}/orders/?state=held")

    cell = page.locator("tbody tr:first-child td.who-for")
    name = cell.locator("bdi")
    inside, outside = name.bounding_box(), cell.bounding_box()
    assert inside is not None
    assert outside is not None
    assert inside["x"] == pytest.approx(outside["x"] + 12, abs=1)
