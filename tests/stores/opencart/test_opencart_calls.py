"""Calls of an OpenCart shop: hints, the greeting, and what its staff ask for."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from stores.adapter import Ask, WebhookCall, WebhookRefused, Wish
from stores.adapters.opencart.adapter import OpenCartAdapter
from stores.adapters.opencart.pairing import made_code, read_code
from stores.adapters.opencart.profile import PROFILE
from stores.canonical.records import RecordRef, Stream
from stores.php.pairing import check_of
from stores.php.signing import hook_secret
from stores.profile import BadPairingCode
from tests.stores.contract import NOW
from tests.stores.opencart.extension import SHOP
from tests.stores.opencart.test_opencart_contract import sign
from tests.stores.php.package import KEY, SECRET


def call(body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    secret = hook_secret(SECRET)
    made = WebhookCall(
        raw, sign(secret, raw, NOW), secret, NOW, address="/hooks/shops/uk/", method="POST"
    )
    return OpenCartAdapter.webhook(made)


def test_the_secret_of_its_calls_follows_from_the_store_s_own() -> None:
    assert PROFILE.hooks.secret_of is not None
    assert PROFILE.hooks.secret_of({"key": KEY, "secret": SECRET}) == hook_secret(SECRET)
    assert PROFILE.hooks.secret_of({}) == ""
    assert SECRET not in hook_secret(SECRET)


def test_a_greeting_is_given_back_with_the_store_s_name() -> None:
    reply = call({"hello": "9f0c"})

    assert json.loads(reply.body) == {"hello": "9f0c", "store": "uk"}
    assert (reply.refs, reply.asks, reply.content_type) == ((), (), "application/json")


def test_a_hint_names_each_record_once() -> None:
    reply = call({"orders": [3, "3", 1], "customers": [], "products": [7], "call": "a"})

    assert set(reply.refs) == {
        RecordRef(Stream.ORDERS, "3"), RecordRef(Stream.ORDERS, "1"),
        RecordRef(Stream.PRODUCTS, "7"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "stream"),
    [("order", Stream.ORDERS), ("product", Stream.PRODUCTS), ("customer", Stream.CUSTOMERS)],
)
def test_staff_may_ask_for_all_three(kind: str, stream: Stream) -> None:
    reply = call({"ask": "leave_out", "kind": kind, "ids": [4], "person": "Mia", "reason": "gift",
                  "call": "a"})  # fmt: skip

    assert reply.asks == (Ask(Wish.LEAVE_OUT, ("4",), "Mia", "gift", stream),)


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", {"orders": "1"}, {"orders": [0]}, {"orders": [-1]}, {"orders": [True]},
        {"orders": ["1; DROP TABLE"]}, {"orders": list(range(1, 1002))}, {"hello": ["x"]},
        {"hello": "x" * 1001}, {"ask": "delete", "kind": "order", "ids": [1]},
        {"ask": "sync", "kind": "user", "ids": [1]},
        {"ask": "sync", "kind": "order", "ids": list(range(1, 202))},
        {"ask": "sync", "kind": "order", "ids": [1], "person": "a\u0000b"},
    ],
)  # fmt: skip
def test_anything_else_is_refused(body: Any) -> None:
    with pytest.raises(WebhookRefused) as refused:
        call(body)

    assert (refused.value.status, refused.value.code) == (400, "bad_body")


# --- the pairing code ----------------------------------------------------------------------------


def test_a_code_holds_address_and_keys() -> None:
    code = made_code(f"{SHOP}/shop/", KEY, SECRET)

    found = read_code(f"  {code[:40]}\n {code[40:]} ")

    assert code.startswith("oc1.")
    assert (found.url, found.credentials) == (f"{SHOP}/shop", {"key": KEY, "secret": SECRET})


@pytest.mark.parametrize("at", [5, 40, -20, -1])
def test_a_mistyped_code_is_told_from_a_wrong_one(at: int) -> None:
    code = made_code(SHOP, KEY, SECRET)
    wrong = code[:at] + ("x" if code[at] != "x" else "y") + (code[at + 1 :] if at != -1 else "")

    with pytest.raises(BadPairingCode, match=r"not copied whole|a letter"):
        read_code(wrong)


@pytest.mark.parametrize("code", ["", "oc1.", "oc1.abc", "oc2.abc.12345678", "x" * 5000])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(BadPairingCode):
        read_code(code)


def test_a_code_without_keys_is_refused() -> None:
    with pytest.raises(BadPairingCode, match="no address and keys"):
        read_code(made_code(SHOP, KEY, ""))


def code_of(text: str) -> str:
    """A code of any content whose check is right."""
    body = "oc1." + base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode()
    return f"{body.rstrip('=')}.{check_of(body.rstrip('='))}"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1200,
        '"u"',
        '{"u": 1, "k": "k", "s": "s"}',
        '{"u": "https://shop.example.com", "k": "k\\r\\nx", "s": "s"}',
        '{"u": "https://shop.example.com/\\ud800", "k": "k", "s": "s"}',
    ],
)
def test_a_code_of_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadPairingCode, match="no address and keys"):
        read_code(code_of(text))
