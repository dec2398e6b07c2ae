"""What an owner is told when the extension does not answer, or says no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from connector.lib.errors import (
    ConnectorError,
    Misconfigured,
    NeedsAttention,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.outgoing import http
from stores.adapters.opencart.adapter import OpenCartAdapter
from stores.php import signing
from stores.php.client import shop_address
from tests.stores.opencart.extension import ADDRESS, SHOP, Extension, three_orders
from tests.stores.opencart.test_opencart_contract import connected
from tests.stores.php.package import KEY, SECRET

HTML = {"Content-Type": "text/html; charset=utf-8"}
MAINTENANCE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head></html>"
NOT_FOUND = b"<html><head><title>The page you requested cannot be found!</title></html>"
HOME = b"<!DOCTYPE html><html><head><title>Your Store</title></head></html>"
CHALLENGE = b"<!DOCTYPE html><html><title>Just a moment...</title><script>cf-chl</script></html>"


@pytest.fixture
def shop() -> Iterator[Extension]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        made = three_orders()
        made.serve(mocked)
        yield made


def refused() -> ConnectorError:
    with pytest.raises(ConnectorError) as raised:
        connected().probe()
    return raised.value


@pytest.mark.parametrize(
    ("answer", "kind", "code", "said"),
    [
        ((503, HTML, MAINTENANCE), Temporary, "", "is in maintenance mode"),
        ((200, HTML, MAINTENANCE), Temporary, "", "is in maintenance mode"),
        ((503, HTML | {"Retry-After": "60"}, b"busy"), Temporary, "", "HTTP 503"),
        ((500, HTML, b"<b>Fatal error</b>"), Temporary, "", "HTTP 500"),
        ((401, HTML | {"WWW-Authenticate": 'Basic realm="x"'}, b""), Misconfigured,
         "password_page", "asks for a password before OpenCart is reached"),
        ((404, HTML, NOT_FOUND), Misconfigured, "extension_missing", "does not answer in the shop"),
        ((200, HTML, HOME), Misconfigured, "extension_missing", "a web page (HTTP 200)"),
        ((403, HTML, CHALLENGE), Misconfigured, "forbidden", "Something in front of"),
        ((503, HTML, CHALLENGE), Misconfigured, "forbidden", "Something in front of"),
        ((200, HTML, CHALLENGE), Misconfigured, "forbidden", "Something in front of"),
        ((200, HTML, b"<br /><b>Fatal error</b>: Uncaught Error in /x.php"), Misconfigured,
         "answer_not_proved", "prints messages in place of the answer"),
        ((301, HTML | {"Location": "https://www.example.com/shop/index.php?route=x"}, b""),
         Misconfigured, "redirect_refused", "redirects to https://www.example.com"),
        ((302, HTML | {"Location": "/en/"}, b""), Misconfigured, "redirect_refused", "to /en/"),
        ((413, HTML, b"too large"), Misconfigured, "too_large", "HTTP 413"),
        ((200, {}, b'{"protocol": 1}'), Misconfigured, "answer_not_proved", "is not signed"),
        ((400, {}, b"nonsense"), Rejected, "http_400", "nonsense"),
    ],
)  # fmt: skip
def test_what_stands_in_front_of_the_extension_is_said_in_words(
    shop: Extension, answer: Any, kind: type[ConnectorError], code: str, said: str
) -> None:
    shop.answers = [answer]

    error = refused()

    assert type(error) is kind
    assert getattr(error, "code", "") == code
    assert said in str(error)
    if isinstance(error, NeedsAttention) and code != "http_400":
        assert error.hint


def test_a_redirect_to_a_folder_names_the_address_to_enter(shop: Extension) -> None:
    shop.answers = [(301, {"Location": "https://www.example.com/shop/index.php?route=x"}, b"")]

    error = refused()

    assert isinstance(error, NeedsAttention)
    assert error.hint == "Enter https://www.example.com/shop as the address."


def test_notices_before_the_answer_do_not_spoil_it(shop: Extension) -> None:
    shop.before = b"\xef\xbb\xbf<br />\n<b>Notice</b>: Undefined {index} in <b>theme.php</b>\n"

    assert connected().probe().name == "Your Store"


def test_messages_that_left_before_the_answer_do_not_spoil_it(shop: Extension) -> None:
    shop.before, shop.is_late = b"<b>Warning</b>: {in} plugin.php\n" * 3000, True

    assert connected().probe().name == "Your Store"

    shop.is_on = False
    assert getattr(refused(), "code", "") == "extension_off"

    shop.is_on, shop.spoils = True, lambda body: body.replace(b"Your Store", b"Their Store")
    assert getattr(refused(), "code", "") == "answer_not_proved"


def test_an_answer_that_was_changed_on_its_way_is_not_believed(shop: Extension) -> None:
    shop.spoils = lambda body: body.replace(b"Your Store", b"Their Store")

    error = refused()

    assert isinstance(error, Misconfigured)
    assert error.code == "answer_not_proved"


def test_an_answer_is_believed_for_its_own_call_only(shop: Extension) -> None:
    body = b'{"protocol": 1}'
    header = signing.answer_signature(SECRET, "0" * 32, body)
    shop.answers = [(200, {"X-Connector-Answer": header}, body)]

    assert getattr(refused(), "code", "") == "answer_not_proved"


def test_wrong_keys_are_told_to_pair_again(shop: Extension) -> None:
    for key, secret in ((KEY, "0" * 64), ("0" * 32, SECRET)):
        credentials = OpenCartAdapter.Credentials(key=key, secret=secret)
        with pytest.raises(NotConnected) as raised:
            OpenCartAdapter(credentials, http.session(allow_private=True), url=SHOP).probe()
        assert raised.value.code == "credentials_refused"
        assert "pairing code" in raised.value.hint
    assert shop.calls == []


def test_clocks_that_differ_are_told_by_how_much(shop: Extension, monkeypatch: Any) -> None:
    real = signing.clock.timestamp

    class Late:
        @staticmethod
        def timestamp() -> float:
            return real() - 400

    monkeypatch.setattr(signing, "clock", Late)

    error = refused()

    assert isinstance(error, Misconfigured)
    assert error.code == "clock_skew"
    assert "seconds" in error.hint


def test_a_call_that_a_proxy_repeats_is_told(shop: Extension, monkeypatch: Any) -> None:
    monkeypatch.setattr(signing.secrets, "token_hex", lambda size: "ab" * size)
    adapter = connected()
    adapter.probe()

    assert getattr(refused(), "code", "") == "nonce_used"


def test_an_extension_that_is_switched_off_says_so(shop: Extension) -> None:
    shop.is_on = False

    error = refused()

    assert isinstance(error, Misconfigured)
    assert (error.code, "switched off" in str(error)) == ("extension_off", True)


@pytest.mark.parametrize(("spoken", "which"), [(0, "extension in the shop"), (2, "connector")])
def test_an_extension_of_another_protocol_names_who_is_to_be_updated(
    shop: Extension, spoken: int, which: str
) -> None:
    shop.protocol = spoken

    error = refused()

    assert isinstance(error, Misconfigured)
    assert error.code == "protocol_differs"
    assert f"Update the {which}" in error.hint


def test_a_call_that_the_extension_does_not_know_is_an_old_extension(shop: Extension) -> None:
    with pytest.raises(Misconfigured) as raised:
        connected()._client.call("fly")
    assert raised.value.code == "protocol_differs"


def test_a_read_whose_answer_was_lost_is_tried_again_and_a_write_is_looked_up() -> None:

    for write in (False, True):
        with responses.RequestsMock() as mocked:
            mocked.add(responses.POST, ADDRESS, body=requests.exceptions.ReadTimeout("late"))
            adapter = connected()
            with pytest.raises(OutcomeUnknown if write else Temporary):
                adapter.add_order_note("1", "x") if write else adapter.order_condition("1")


def test_a_write_that_met_a_server_error_may_have_been_done(shop: Extension) -> None:
    shop.answers = [(502, HTML, b"Bad Gateway")]

    with pytest.raises(OutcomeUnknown):
        connected().add_order_note("1", "x")


def test_the_secret_is_never_sent(shop: Extension) -> None:
    with responses.RequestsMock() as mocked:
        shop.serve(mocked)
        connected().probe()
        request = mocked.calls[0].request

    assert SECRET not in str(request.headers)
    assert SECRET.encode() not in request.body
    assert "Authorization" not in request.headers


@pytest.mark.parametrize(
    "entered",
    [SHOP, f"{SHOP}/", f"{SHOP}/index.php", f"{SHOP}/index.php?route=common/home"],
)
def test_the_address_may_be_any_of_the_shop_s_own(entered: str) -> None:
    assert shop_address(entered) == SHOP


def test_a_shop_in_a_folder_keeps_it() -> None:
    assert shop_address("https://example.com/shop/index.php") == "https://example.com/shop"


def test_a_probe_says_what_is_switched_on(shop: Extension) -> None:
    facts = connected().probe()

    assert facts.payment_methods == (("bank_transfer", "Bank Transfer"),)
    assert facts.version == "OpenCart 3.0.5.1, extension 1.0.0"
    assert facts.parts[0][1].store_group == ("0", "Your Store")
