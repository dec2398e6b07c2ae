"""What a profile says of keys, of addresses without encryption, and of records."""

from __future__ import annotations

import pytest

from stores import registry
from stores.profile import Credential, Field, PlatformProfile, WayIn

TWO = PlatformProfile(
    kind="two",
    label="Two",
    ways_in=(
        WayIn((Credential("key", "key"), Credential("secret", "secret"))),
        WayIn((Credential("token", "API token", in_the_clear=True),)),
    ),
    fields={Field.TOTAL: "sum"},
)


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ({"key", "secret"}, []),
        ({"token"}, []),
        ({"key"}, ["credentials.secret: required"]),
        ({"key", "other"}, ["credentials.other: unknown key"]),
        (
            {"key", "secret", "token"},
            ["credentials: must be {key, secret} or {token} for two, one of them only"],
        ),
        (set(), ["credentials: must be {key, secret} or {token} for two, one of them only"]),
    ],
)
def test_one_set_of_keys_must_be_whole(given: set[str], lines: list[str]) -> None:
    assert TWO.credential_problems(given) == lines


@pytest.mark.parametrize(
    ("url", "given", "told"),
    [
        ("http://shop.example.com", {"token"}, True),
        ("https://shop.example.com", {"token"}, False),
        ("http://127.0.0.1:8000", {"token"}, False),
        ("http://localhost", {"token"}, False),
        ("http://shop.example.com", {"key", "secret"}, False),
    ],
)
def test_a_key_that_travels_as_it_is_needs_encryption(
    url: str, given: set[str], *, told: bool
) -> None:
    warning = TWO.overheard(url, given)

    assert warning.startswith("The API token goes to shop.example.com with every call") is told
    assert bool(warning) is told


def test_a_fact_is_found_at_its_path_and_a_path_stays() -> None:
    assert TWO.path(Field.TOTAL) == "sum"
    assert TWO.path(Field.NUMBER) == "number"
    assert TWO.path("total") == "total"
    assert TWO.path("items[0].price") == "items[0].price"


def test_titles_of_keys_begin_with_a_capital() -> None:
    titles = [one.title for way in TWO.ways_in for one in way.credentials]
    assert titles == ["Key", "Secret", "API token"]


@pytest.mark.parametrize("platform", registry.platforms())
def test_a_platform_that_is_read_says_where_every_fact_stands(platform: str) -> None:
    profile = registry.profile(platform)

    assert set(profile.fields) == set(Field)
    assert all(way.clicks for way in profile.ways_in)
    keys = [key for way in profile.ways_in for key in way.keys]
    assert keys == list(registry.adapter_class(platform).Credentials.model_fields)
