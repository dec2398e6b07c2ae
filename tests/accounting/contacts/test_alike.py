"""Contacts that look like one: what is shown to a person, and what is not."""

from __future__ import annotations

import pytest

from accounting.contacts.likeness import WINDOW, By, ComparedContact, pairs, why_alike
from xero.models.mirror import likeness


def entry(name: str, email: str = "", pk: int = 1) -> ComparedContact:
    return ComparedContact(pk, f"id-{pk}", email, likeness(name))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë  Lee", "zoe lee"),
        ("Lee, Ann", "Ann Lee"),
        ("John Smith", "John Smith (smith@example.org)"),
        ("Acme Pty. Ltd.", "ACME Pty Ltd"),
        ("Müller & Söhne", "Söhne Müller"),
    ],
)
def test_names_that_are_the_same_but_for_their_writing(one: str, other: str) -> None:
    assert likeness(one) == likeness(other) != ""


def test_names_of_different_people_are_different() -> None:
    assert likeness("Ann Lee") != likeness("Anna Lee")
    assert likeness("(nobody)") == ""
    assert likeness("王伟") != likeness("王芳")


@pytest.mark.parametrize(
    ("by", "one", "other", "why"),
    [
        ("email", ("Ann", "a@x.com"), ("Bob", "a@x.com"), "The same e-mail"),
        (
            "email", ("Ann Lee", "ann.lee@example.com"), ("Anne Lee", "annlee@example.com"),
            "Nearly the same e-mail and name",
        ),
        ("email", ("Ann Lee", "sales1@example.com"), ("Bob Roe", "sales2@example.com"), ""),
        ("email", ("Ann Lee", ""), ("Ann Lee", ""), ""),
        ("name", ("Ann Lee", "a@x.com"), ("Lee, Ann", "b@x.com"), "The same name, another e-mail"),
        ("name", ("Ann Lee", ""), ("ANN LEE", "b@x.com"), "The same name"),
        ("name", ("Ann Lee", "a@x.com"), ("Ann Lee", "a@x.com"), ""),  # listed by e-mail
        ("name", ("Jonathan Smith", ""), ("Jonathon Smith", ""), "Nearly the same name"),
        ("name", ("Jon Wu", ""), ("Jan Wu", ""), ""),
        ("name", ("Jonathan Smith", ""), ("Margaret Jones", ""), ""),
    ],
)  # fmt: skip
def test_why_two_look_like_one(
    by: By, one: tuple[str, str], other: tuple[str, str], why: str
) -> None:
    assert why_alike(entry(*one), entry(*other, pk=2), by) == why


def test_each_is_compared_with_its_neighbours_only() -> None:
    crowd = [entry(f"Shop {n}", "info@example.com", n) for n in range(100)]
    assert len(list(pairs(crowd, "email", 100))) == 100 * WINDOW - sum(range(WINDOW + 1))


def test_a_pair_is_the_same_whichever_way_round() -> None:
    first, second = entry("Ann", "a@x.com", 1), entry("Ann", "a@x.com", 2)
    (one,), (other,) = pairs([first, second], "email", 2), pairs([second, first], "email", 2)
    assert one.ids == other.ids == ("id-1", "id-2")
