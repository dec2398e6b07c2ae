"""Every page can be translated: with a translation that brackets each text, nothing that a person
reads stands outside the brackets, but for data."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import allauth
import django
import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, JSONField, TextField
from django.test import Client
from django.utils import translation

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.texts.said import said
from stores import registry
from stores.models import Store
from sync.models import MasterLevel, Trial, TrialDifference
from tests.web import test_markup
from tests.web.factories import (
    OrderFactory,
    PostingFactory,
    ShopWriteFactory,
    magento_order,
    reason,
)
from tests.web.subjects.forms import form_with

world = test_markup.world
ROOT = Path(settings.BASE_DIR)
READ_OUT = ("aria-label", "title", "placeholder", "alt", "data-label", "data-one", "data-many")
# Not written by this program for a person: code, records, times (which the locale writes).
DATA = {"code", "pre", "time", "bdi", "script", "style", "text"}  # text: of a chart
# Data that stands in no row of the world: nothing that could be translated.
OWED = re.compile(
    r"^canceled$"  # the status of a shop, which orders did not show yet
    r"|^[0-9]+ (Discounts given|Other online income|Rounding of online)"  # names in Xero
)


@pytest.fixture(scope="session")
def known() -> set[str]:
    """The texts that `make messages` gives to who translates, and those of the libraries."""
    found = runpy.run_path(str(ROOT / "locale" / "messages.py"))["catalog"]()
    catalogs = [found]
    for library in (django, allauth):
        for path in Path(library.__file__).parent.glob("**/locale/en/LC_MESSAGES/django.po"):
            catalogs.append(read_po(path.open("rb")))
    ids = [message.id for catalog in catalogs for message in catalog]
    return {text for one in ids for text in (one if isinstance(one, tuple) else (one,))}


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """A translation of everything into itself, in brackets; what it was asked for."""
    asked: set[str] = set()

    def one(text: str) -> str:
        asked.add(str(text))
        return f"⟦{text}⟧" if text else text

    def many(singular: str, plural: str, number: int) -> str:
        return one(singular if number == 1 else plural)

    for module in (translation._trans,):  # type: ignore[attr-defined]
        monkeypatch.setattr(module, "gettext", one, raising=False)
        monkeypatch.setattr(module, "ngettext", many, raising=False)
        monkeypatch.setattr(module, "pgettext", lambda _, text: one(text), raising=False)
        monkeypatch.setattr(module, "npgettext", lambda _, *more: many(*more), raising=False)
    return asked


class Reader(HTMLParser):
    """What is read on a page, seen or heard, without data and outside of brackets, which may
    stand in each other and around other tags."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_OUT and value:
                self.texts.append(_outside(value, 0)[0])
        if tag not in test_markup.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        left, self._depth = _outside(data, self._depth)
        if not DATA & set(self._open):
            self.texts.append(left)


def _outside(text: str, depth: int) -> tuple[str, int]:
    """What stands outside of brackets, and how many are open after it."""
    left = []
    for one in text:
        depth += (one == "⟦") - (one == "⟧")
        if depth == 0:
            left.append(" " if one == "⟧" else one)
    return "".join(left), depth


def words_of_data() -> set[str]:
    """Every word in the rows that the pages show."""
    found: list[str] = ["ana", "AUD", "UTC", "AEST", "AEDT", "ms", "Xero"]
    found += [registry.profile(kind).label for kind in registry.platforms()]
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields
                  if isinstance(f, CharField | TextField | JSONField)
                  and not (f.choices and isinstance(f, CharField))]  # fmt: skip
        for row in model._base_manager.values_list(*fields) if fields else ():
            found += [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in row]
    return {word.casefold() for text in found for word in re.findall(r"[^\W\d_]{2,}", text)}


def untranslated(html: str, data: set[str]) -> Iterator[str]:
    reader = Reader()
    reader.feed(html)
    for text in reader.texts:
        words = re.findall(r"[^\W\d_]{2,}", text)
        if any(word.casefold() not in data for word in words):
            yield " ".join(text.split())


@pytest.mark.parametrize("address", test_markup.ADDRESSES)
def test_a_page_says_nothing_that_cannot_be_translated(
    page: Client, world: dict[str, Any], bracketed: set[str], known: set[str], address: str
) -> None:
    html = page.get(address.format(**world)).text

    found = [text for text in untranslated(html, words_of_data()) if not OWED.search(text)]
    assert "⟦" in html
    assert found == [], "\n".join(found)
    assert [text for text in sorted(bracketed - known - {""}) if not OWED.search(text)] == []


PREVIEW, RULES, STORE = "/stores/au/preview/", "/mapping/au/rules/", "/stores/au/edit/"
PASTED = json.dumps(magento_order("000000042"), default=str)


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        (PREVIEW, {"pasted": PASTED}), (PREVIEW, {"pasted": "{"}), (PREVIEW, {"pasted": "[]"}),
        (PREVIEW, {}), (RULES, {"try": "1"}), (RULES, {"try": "1", "try-pasted": PASTED}),
        (RULES, {"rules-TOTAL_FORMS": "1", "rules-0-when_total_over": "much"}),
        (RULES, {"rules-TOTAL_FORMS": "1", "rules-0-when_sku": "A", "rules-0-account": "999"}),
        ("/mapping/au/posting/", {"posting.due_days": "soon", "posting.date": "never"}),
        ("/mapping/au/posting/", {"posting.reference": "{nothing}", "posting.settle_delay": "x"}),
        ("/mapping/au/posting/", {"posting.summary_at": "25:00", "posting.reference": "}"}),
        ("/mapping/au/taxes/", {"tax-rules-TOTAL_FORMS": "1", "tax-rules-0-country": "Oz"}),
        (STORE, {"url": "ftp://x", "timezone": "Sydney", "country": "au", "cut_over": "soon"}),
        (STORE, {"currency": "dollars", "schedule.orders": "often", "number_prefix": "é"}),
    ],
)  # fmt: skip
def test_nor_does_the_answer_to_what_was_typed(
    page: Client, world: dict[str, Any], bracketed: set[str], known: set[str],
    address: str, typed: dict[str, str],
) -> None:  # fmt: skip
    form = {} if address == PREVIEW else form_with(page.get(address).text, "seen")
    bracketed.clear()
    html = page.post(address, form | typed).text

    data = words_of_data() | {w.casefold() for w in re.findall(r"[^\W\d_]{2,}", str(typed))}
    found = [text for text in untranslated(html, data) if not OWED.search(text)]
    assert found == [], "\n".join(found)
    assert [text for text in sorted(bracketed - known - {""}) if not OWED.search(text)] == []


@pytest.mark.parametrize("address", test_markup.FOR_VISITORS)
def test_so_do_the_pages_before_the_log_in(db: None, bracketed: None, address: str) -> None:
    html = Client().get(address).text

    assert "⟦" in html
    assert list(untranslated(html, words_of_data())) == []


def kept(code: str, value: str, field: str = "") -> dict[str, Any]:
    """A reason as a row has it, one within another, of an account by this code."""
    source = "accounts.sales"
    inner = said("Account %(value)s is archived in Xero.", value=value)
    why = said("%(why)s Correct the order in the shop; it is read again then.", why=inner)
    told = Reason(code, said("%(text0)s %(text1)s", text0=why, text1=source), field)
    return json.loads(json.dumps(told.kept()))  # type: ignore[no-any-return]


@pytest.fixture
def stored(store: Store) -> dict[str, Any]:
    """Reasons and a warning in each kind of row that keeps them."""
    order = OrderFactory(
        store=store, source_id="1", label="dead", state="held",
        reasons=[kept("account_archived", "A1", "accounts.sales")],
        warnings=[{key: one for key, one in kept("refused", "A2").items() if key != "code"}],
    )  # fmt: skip
    PostingFactory(order=order, state="dead", reasons=[kept("refused", "A3")])
    other = OrderFactory(store=store, source_id="2", label="posted", state="posted")
    PostingFactory(
        order=other, kind="contact", state="dead", purpose="update",
        reasons=[kept("refused", "A4")],
    )  # fmt: skip
    ShopWriteFactory(order=order, posting=None, state="held", reasons=[kept("shop_refused", "A5")])
    trial = Trial.objects.create(store=store, state="done", total=1, differing=1)
    one = kept("account_archived", "A6")
    found = {
        "status": ["ready", "held"], "reasons": [[], [one["message"]]],
        "said": [[], [one["said"]]], "documents": [],
    }  # fmt: skip
    TrialDifference.objects.create(trial=trial, order=order, number="1", found=found)
    Store.objects.filter(pk=store.pk).update(
        settings={**store.settings, "streams": {**store.settings.get("streams", {}),
                                                "stock": "master"}}
    )  # fmt: skip
    MasterLevel.objects.create(
        store=store, sku="MUG", wanted_units=10000, said_at=clock.now(), version="1", state="held",
        reasons=[kept("stock_refused", "A7")],
    )  # fmt: skip
    return {"order": order.pk}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/orders/{order}/", ["A1", "A2", "A3", "A5"]),
        ("/orders/", ["A3"]),
        ("/customers/duplicates/", ["A4"]),
        ("/mapping/au/draft/try/", ["A6"]),
        ("/stores/au/stock/", ["A7"]),
    ],
)
def test_a_stored_reason_is_told_in_the_language_of_who_reads_it(
    page: Client, stored: dict[str, Any], bracketed: None, address: str, told: list[str]
) -> None:
    html = page.get(address.format(**stored)).text

    for value in told:
        assert f"⟦Account {value} is archived in Xero.⟧" in html
        assert f"Account {value}" not in html.replace(f"⟦Account {value}", "")


@pytest.mark.parametrize("address", ["/orders/{order}/", "/orders/"])
def test_one_that_was_stored_without_its_parts_is_shown_as_it_is(
    page: Client, store: Store, address: str
) -> None:
    old = reason("refused", "100 % refused: %(x)s")
    order = OrderFactory(store=store, source_id="1", label="dead", state="held", reasons=[old],
                         warnings=["Two of 100 % are alike."])  # fmt: skip

    html = page.get(address.format(order=order.pk)).text
    assert "100 % refused: %(x)s" in html
    assert ("Two of 100 % are alike." in html) == (address != "/orders/")


def test_what_is_not_bracketed_is_found() -> None:
    html = '<p>⟦all ⟦one⟧ <a>two</a>⟧ left</p><b title="over">ana</b><code>x y</code>'

    assert list(untranslated(html, {"ana"})) == ["left", "over"]
