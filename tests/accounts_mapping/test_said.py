"""A sentence of the core is that sentence, and can be said in another language."""

from __future__ import annotations

import json

import pytest

from accounts_mapping.said import said
from connector.pages.parts import core_texts
from connector.pages.parts.core_texts import in_words, shown

GERMAN = {
    "%(tax)s in %(country)s": "%(country)s: %(tax)s",
    "%(name)s tax": "Steuer %(name)s",
    "It is %(rate)s %%.": "Es sind %(rate)s %%.",
    "Sales": "Verkauf",
}


@pytest.fixture(autouse=True)
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_texts, "gettext", lambda text: GERMAN.get(text, text))


def test_it_is_the_sentence_wherever_nobody_asks_for_more() -> None:
    text = said("It is %(rate)s %%.", rate="10")

    assert text == "It is 10 %."
    assert json.loads(json.dumps({"why": text})) == {"why": "It is 10 %."}


def test_a_page_says_its_template_with_what_it_is_made_of() -> None:
    inner = said("%(name)s tax", name="GST")

    assert in_words(said("%(tax)s in %(country)s", tax=inner, country="AU")) == "AU: Steuer GST"
    assert in_words(said("It is %(rate)s %%.", rate="10")) == "Es sind 10 %."


def test_what_was_stored_before_and_what_a_shop_says_stays_as_it_is() -> None:
    stored = str(json.loads(json.dumps(said("It is %(rate)s %%.", rate="10"))))

    assert in_words(stored) == "It is 10 %."
    assert in_words("Sales") == "Sales"  # a shop's word
    assert shown("Sales") == "Verkauf"  # a text of a table of the core
