"""`make screenshots`: every page of the demo's world and of an empty installation, in both themes
and at three widths, into a folder. Needs `/usr/bin/chromium`, as `make e2e` does.

Pages are found by their links: of those with the same address but for a number, one is taken.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from connector.demo.place import environment
from connector.processes.ports import free_port, listening
from tests.e2e.chromium import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (1280, 900, 390)
THEMES = ("light", "dark")
PASSWORD = "a password for pictures"
ORDERS = os.environ.get("ORDERS", "40")
# Behind a click that ends or changes something, and files.
_LEFT_OUT = re.compile(
    r"^/(accounts/(logout|2fa/.*download)|static|xero/(connect|callback))|\.\w+$"
)


def manage(variables: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=variables, check=True, cwd=ROOT
    )


@contextmanager
def served(variables: dict[str, str], port: int) -> Iterator[str]:
    """The pages of an installation, with one person who may log in."""
    made = "from django.contrib.auth import get_user_model as m; "
    made += "u, _ = m().objects.get_or_create(username='pictures', is_superuser=True); "
    manage(variables, "shell", "-c", f"{made}u.set_password({PASSWORD!r}); u.save()")
    command = [sys.executable, str(ROOT / "manage.py"), "runserver", "--noreload", str(port)]
    server = subprocess.Popen(command, env=variables, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        while not listening(port):
            time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", "pictures")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def shape(address: str) -> str:
    """What pages of one kind have in common: their address without numbers and names."""
    path = urlsplit(address).path
    path = re.sub(r"^/(stores|mapping|set-up)/[\w-]+(?=/\w)", r"/\1/S", path)
    return re.sub(r"\d+", "N", path)


def pages(page: Page, address: str) -> list[str]:
    """The pages that links lead to, from the first one on."""
    found, seen, waiting = ["/"], {"/"}, ["/", "/styleguide/", "/nowhere/"]
    while waiting:
        page.goto(address + waiting.pop(0))
        links = page.eval_on_selector_all(
            "a[href^='/']", "all => all.map(a => a.pathname + a.search)"
        )
        for link in links:
            if shape(link) not in seen and not _LEFT_OUT.search(urlsplit(link).path):
                seen.add(shape(link))
                found.append(link)
                waiting.append(link)
    return [*found, "/styleguide/", "/styleguide/?confirm=1", "/nowhere/"]


def take(browser: Browser, address: str, folder: Path) -> int:
    """How many pictures were taken; says which pages are wider than the screen."""
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    first = context.new_page()
    log_in(first, address)
    found = pages(first, address)
    kept = context.storage_state()
    for theme in THEMES:
        for width in WIDTHS:
            view = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=theme, storage_state=kept
            )
            page = view.new_page()
            for one in found:
                page.goto(address + one)
                wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if wide > 0:
                    sys.stdout.write(f"wider than the screen by {wide} px at {width}: {one}\n")
                name = re.sub(r"\W+", "-", one).strip("-") or "overview"
                page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
            view.close()
    context.close()
    return len(found) * len(THEMES) * len(WIDTHS)


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        full, empty = Path(place) / "demo", Path(place) / "empty"
        empty.mkdir()
        port = free_port()
        demo = {**os.environ, "DATA_DIR": place}
        manage(demo, "demo", "--once", "--orders", ORDERS, "--port", str(port))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, directory in (("full", full), ("empty", empty)):
            variables = environment(directory, port)
            variables.pop("DEMO_STARTED")
            manage(variables, "migrate", "--verbosity", "0")
            with served(variables, port) as address:
                taken = take(browser, address, folder / name)
            sys.stdout.write(f"{taken} pictures in {folder / name}\n")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "dist" / "screenshots")
