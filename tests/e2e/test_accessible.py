"""axe-core over every page that there is, full and empty, in both themes, wide and on a phone; and
no page is wider than its screen.

The pages are those that `tests/web` finds by their addresses: one that is added tomorrow is walked
too. A page is loaded once, and then turned and measured in the browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import WIDE
from tests.web import test_any_address, test_markup
from tests.web.factories import UserFactory

pytestmark = pytest.mark.e2e

world = test_markup.world
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What looks different in the other theme; all else is the same there.
COLOURS = ["color-contrast", "link-in-text-block"]
# What stands around every page alike is measured on the first one.
AROUND = [".rail", ".top-bar", ".bottom-bar"]
RUN = """async ([types, only, without]) => {
  const found = await axe.run({include: [['html']], exclude: without.map(one => [one])}, {
    runOnly: {type: types, values: only}, resultTypes: ['violations'], preload: false,
  })
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.split('\\n')[1].trim()}`))
}"""
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"
WIDER = "document.documentElement.scrollWidth - window.innerWidth"
EVERY_WIDTH = (1280, 900, 820, 390)
MEASURED = (1280, 390)


def complaints(page: Page, without: list[str]) -> Iterator[str]:
    """What is wrong with the page that is open, at each width and in both themes."""
    page.evaluate(AXE)
    for width in EVERY_WIDTH:
        page.set_viewport_size({"width": width, "height": 900})
        if (wider := page.evaluate(WIDER)) > 0:
            yield f"{width}: wider than the screen by {wider} px"
        if width not in MEASURED:
            continue
        page.evaluate(OPEN)
        for theme, types, only in (("light", "tag", RULES), ("dark", "rule", COLOURS)):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            found = page.evaluate(RUN, [types, only, without])
            yield from (f"{width} {theme}: {one}" for one in found)
        page.emulate_media(color_scheme="light")


def pages(client: Client, addresses: list[str]) -> list[str]:
    """Those that a person sees as a page: no files, no parts, no turnings; each refusal once."""
    found, refusals = [], set()
    for one in dict.fromkeys(addresses):
        response = client.get(one)
        if "text/html" not in response.get("Content-Type", "") or b"<html" not in response.content:
            continue
        if response.status_code not in refusals:
            found.append(one)
        if response.status_code != 200:
            refusals.add(response.status_code)
    return found


def walk(browser: Browser, server: str, addresses: list[str], client: Client) -> list[str]:
    """What is wrong on any of the pages, for whoever is logged in at the client."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", color_scheme="light")
    if settings.SESSION_COOKIE_NAME in client.cookies:
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server}
        context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    wrong = []
    for n, one in enumerate(addresses):
        page.set_viewport_size(WIDE)
        page.goto(server + one)
        wrong += [f"{one} {what}" for what in complaints(page, AROUND if n else [])]
    context.close()
    return wrong


@pytest.fixture
def client(settings: Any) -> Client:
    """A browser in which nobody is logged in; the guide to the parts is a page too."""
    settings.SANDBOX = True
    return Client(raise_request_exception=False)


def test_every_page_of_a_full_installation(
    browser: Browser, live_server: Any, world: dict[str, Any], client: Client
) -> None:
    client.force_login(UserFactory(username="ana"))
    named = [one.format(**world) for one in test_markup.ADDRESSES]
    found = pages(client, [*named, *test_any_address.pages(world), "/styleguide/?confirm=1"])

    assert len(found) > len(named) * 0.9
    assert walk(browser, live_server.url, found, client) == []


def test_every_page_of_an_empty_installation(
    browser: Browser, live_server: Any, transactional_db: None, client: Client
) -> None:
    client.force_login(UserFactory(username="ana"))
    found = pages(client, test_any_address.pages_of_nothing())

    assert len(found) > 10
    assert walk(browser, live_server.url, found, client) == []


def test_every_page_that_a_visitor_sees(
    browser: Browser, live_server: Any, world: dict[str, Any], client: Client
) -> None:
    assert walk(browser, live_server.url, test_markup.FOR_VISITORS, client) == []


def test_the_very_first_page(
    browser: Browser, live_server: Any, transactional_db: None, client: Client
) -> None:
    assert walk(browser, live_server.url, ["/first-run/"], client) == []


BROKEN = """<!doctype html><html lang="en"><title>t</title>
<meta name="color-scheme" content="light dark">
<style>p { color: light-dark(#000, #222); background: light-dark(#fff, #111) }
@media (max-width: 600px) { img { display: none } div { width: 700px } }</style>
<main><h1>t</h1><img src="data:,"><p>text</p><details><p><input></p></details><div>w</div></main>"""


def test_what_is_wrong_is_found(browser: Browser) -> None:
    page = browser.new_page(viewport=WIDE, color_scheme="light")
    page.set_content(BROKEN)

    found = {" ".join(one.split(": ")[:2]) for one in complaints(page, [])}
    page.close()

    assert found >= {"1280 light image-alt", "1280 dark color-contrast", "390 light label"}
    assert "390 wider than the screen by" in {one.rsplit(" ", 2)[0] for one in found}
    assert not {"390 light image-alt", "1280 light color-contrast"} & found
