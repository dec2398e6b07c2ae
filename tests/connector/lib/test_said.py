"""A sentence of the core is that sentence, and can be said in another language, also when it
was stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from accounting.reasons import Reason
from connector.lib.texts.said import figure, joined, parts_of, put_together, said, said_of
from connector.pages.parts import core_texts
from connector.pages.parts.core_texts import in_words, message_of, shown

GERMAN = {
    "%(tax)s in %(country)s": "%(country)s: %(tax)s",
    "%(name)s tax": "Steuer %(name)s",
    "It is %(rate)s %%.": "Es sind %(rate)s %%.",
    "Sales": "Verkauf",
    "%(paid)s of %(total)s on %(day)s.": "%(day)s: %(paid)s von %(total)s.",
    "%(count)s orders wait for %(what)s.": "%(what)s: %(count)s Bestellungen warten.",
}


@pytest.fixture(autouse=True)
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def many(one: str, others: str, number: int) -> str:
        text = one if number == 1 else others
        return GERMAN.get(text, text)

    monkeypatch.setattr(core_texts, "gettext", lambda text: GERMAN.get(text, text))
    monkeypatch.setattr(core_texts, "ngettext", many)
    with translation.override("de"):
        yield


def test_it_is_the_sentence_wherever_nobody_asks_for_more() -> None:
    text = said("It is %(rate)s %%.", rate="10")

    assert text == "It is 10 %."
    assert json.loads(json.dumps({"why": text})) == {"why": "It is 10 %."}


def test_a_page_says_its_template_with_what_it_is_made_of() -> None:
    inner = said("%(name)s tax", name="GST")

    assert in_words(said("%(tax)s in %(country)s", tax=inner, country="AU")) == "AU: Steuer GST"
    assert in_words(said("It is %(rate)s %%.", rate="10")) == "Es sind 10 %."


def test_a_row_keeps_the_parts_and_says_them_in_the_language_of_the_reader() -> None:
    text = said(
        "%(paid)s of %(total)s on %(day)s.",
        paid=Decimal("1234.5"), total=Decimal(2000), day=date(2026, 11, 20),
    )  # fmt: skip
    kept = json.loads(json.dumps(Reason("overpaid", text).kept()))

    assert kept["message"] == text == "1234.50 of 2000.00 on 2026-11-20."
    assert message_of(kept) == "20. November 2026: 1.234,50 von 2.000,00."


def test_a_figure_in_an_english_sentence_stays_english() -> None:
    text = said("%(quantity)s of them, at %(price)s.", quantity=figure(Decimal("1.5")),
                price=Decimal("1234.5"))  # fmt: skip

    assert in_words(text) == text == "1.5 of them, at 1234.50."


def test_what_is_counted_agrees_with_its_number_also_in_a_row() -> None:
    one, many = (
        said_of("%(count)s order waits for %(what)s.", "%(count)s orders wait for %(what)s.",
                number, what=said("%(name)s tax", name="GST"))
        for number in (1, 2)
    )  # fmt: skip

    assert (one, many) == ("1 order waits for GST tax.", "2 orders wait for GST tax.")
    assert in_words(put_together(str(many), json.loads(json.dumps(parts_of(many))))) == (
        "Steuer GST: 2 Bestellungen warten."
    )


def test_several_sentences_after_each_other_stay_what_they_are() -> None:
    both = joined([said("It is %(rate)s %%.", rate="10"), "Heard in the shop."])

    assert both == "It is 10 %. Heard in the shop."
    assert in_words(put_together(str(both), parts_of(both))) == "Es sind 10 %. Heard in the shop."


def test_a_reason_is_read_back_as_it_was_made() -> None:
    reason = Reason("overpaid", said("It is %(rate)s %%.", rate="10"), "total")
    again = Reason.of_row(json.loads(json.dumps(reason.kept())))

    assert again == reason
    assert again.kept() == reason.kept()
    assert reason.as_json() == {"code": "overpaid", "message": "It is 10 %.", "field": "total"}


def test_what_was_stored_before_and_what_a_shop_says_stays_as_it_is() -> None:
    stored = str(json.loads(json.dumps(said("It is %(rate)s %%.", rate="10"))))

    assert in_words(stored) == "It is 10 %."
    assert in_words("Sales") == "Sales"  # a shop's word
    assert shown("Sales") == "Verkauf"  # a text of a table of the core
    assert message_of({"code": "refused", "message": "Sales", "field": ""}) == "Sales"
