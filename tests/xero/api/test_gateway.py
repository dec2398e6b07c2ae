"""The gateway against the stand-in: what goes over the wire, how often, and how it ends."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from connector.lib.errors import NotConnected, OutcomeUnknown, Rejected, Temporary
from sandbox.xero import StandIn
from tests.conftest import reply
from xero import transport
from xero.api import replies
from xero.api.faults import Throttled
from xero.api.gateway import Exchange, Gateway, render
from xero.models import Call, DayCount, Lane, Organisation, TokenSet

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]


def contacts(*names: str) -> str:
    return render({"Contacts": [{"Name": name} for name in names]})


@pytest.fixture
def gateway(organisation: Organisation) -> Gateway:
    return Gateway(organisation, Lane.LIVE)


def test_a_write_answers_for_each_element(gateway: Gateway) -> None:
    sent = [{"Name": "Ann"}, {"Name": "Bob"}, {"Name": "Ann"}]
    answer = gateway.write("contacts", "PUT", render({"Contacts": sent}), "key-1")

    first, second, third = replies.results("contacts", sent, answer.json)
    assert (first.ok, second.ok, third.ok) == (True, True, False)
    assert third.code == "contact_name_taken"
    assert answer.status == 200
    assert len(answer.correlation_id) == 36


def test_the_bytes_on_the_wire_are_the_stored_text(
    organisation: Organisation, serve: Serve, settings: Settings
) -> None:
    seen: list[tuple[bytes, str]] = []

    def keep(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        seen.append((body, handler.path))
        reply(handler, b'{"Invoices": []}')

    settings.XERO_API_URL = serve(keep)
    payload = {
        "Invoices": [
            {
                "Type": "ACCREC",
                "InvoiceNumber": "S1-1001",
                "Date": date(2026, 1, 31),
                "CurrencyRate": Decimal("0.654321"),
                "Reference": 'Zoë "Z" \u2028 </script>',
                "SentToContact": False,
                "LineItems": [
                    {"Quantity": Decimal("40"), "UnitAmount": Decimal("12.5000"), "Count": 3},
                    {"Quantity": Decimal("0.3333"), "UnitAmount": Decimal("9999999999.99")},
                ],
            }
        ]
    }
    text = render(payload)
    Gateway(organisation, Lane.LIVE).write("invoices", "PUT", text, "key")

    ((body, path),) = seen
    assert body == text.encode("ascii")
    assert '"UnitAmount": 9999999999.99' in text
    assert '"Date": "2026-01-31"' in text
    assert path == "/api.xro/2.0/Invoices?summarizeErrors=False&unitdp=4"


@given(
    st.decimals(min_value=-(10**10) + 1, max_value=10**10 - 1, places=4),
    st.text(),
    st.integers(min_value=0, max_value=10**9),
)
def test_every_amount_of_four_decimals_survives_rendering(
    number: Decimal, words: str, count: int
) -> None:
    text = render({"Amount": number, "Text": words, "Count": count})

    assert json.loads(text, parse_float=Decimal) == {
        "Amount": number,
        "Text": words,
        "Count": count,
    }
    assert json.dumps(json.loads(text)) == text


@pytest.mark.parametrize(
    "value",
    [
        Decimal(10) ** 10,
        Decimal("1234567890.12345678"),
        Decimal("NaN"),
        None,
        1.5,
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
)
def test_what_would_change_on_its_way_is_not_rendered(value: object) -> None:
    with pytest.raises(ValueError):
        render({"Amount": value})


def test_text_that_would_be_sent_as_other_bytes_is_refused_unsent(
    gateway: Gateway, xero: StandIn
) -> None:
    with pytest.raises(ValueError, match="render"):
        gateway.write("contacts", "PUT", '{"Contacts":[{"Name":"Ann"}]}', "key")

    assert xero.tenant_stats()["total"] == 0


@pytest.mark.parametrize("kind", ["contacts", "items", "invoices", "credit_notes"])
def test_post_without_an_id_is_refused_unsent(gateway: Gateway, xero: StandIn, kind: str) -> None:
    shape = replies.SHAPES[kind]
    body = render({shape.envelope: [{shape.id_field: "an id"}, {shape.keys[0]: "S1-1001"}]})
    with pytest.raises(ValueError, match="overwrite"):
        gateway.write(kind, "POST", body, "key")

    assert xero.tenant_stats()["total"] == 0


@pytest.mark.parametrize("verb", ["GET", "PUT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_refused_call_is_sent_once_and_nobody_sleeps(
    gateway: Gateway, xero: StandIn, verb: str, status: int
) -> None:
    xero.faults(
        {
            "kind": "error_before",
            "match": {"path": "Contacts", "count": 0},
            "params": {"status": status, "retry_after": 30},
        }
    )
    calls: dict[str, Callable[[], object]] = {
        "GET": lambda: gateway.read("contacts", page=1),
        "PUT": lambda: gateway.write("contacts", "PUT", contacts("Ann"), "key"),
    }
    started = time.monotonic()
    with pytest.raises(Temporary) as caught:
        calls[verb]()

    assert time.monotonic() - started < 2
    assert caught.value.retry_after == 30
    assert xero.tenant_stats()["total"] == 1


def test_a_call_that_gets_no_answer_is_sent_once_and_ends_by_its_deadline(
    gateway: Gateway, xero: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CALL_SECONDS", 0.5)
    xero.faults({"kind": "hang", "match": {"path": "Contacts"}, "params": {"seconds": 3}})
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        gateway.write("contacts", "PUT", contacts("Ann"), "key")

    assert time.monotonic() - started < 1.5
    assert xero.tenant_stats()["total"] == 1
    assert Call.objects.get().ended_at is None, "the slot lasts to its deadline"


def test_a_slot_that_ran_out_before_the_bytes_left_is_given_back_unsent(
    gateway: Gateway, xero: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CALL_SECONDS", -0.1)
    with pytest.raises(Temporary):
        gateway.write("contacts", "PUT", contacts("Ann"), "key")

    assert xero.tenant_stats()["total"] == 0
    assert not Call.objects.exists()


def test_an_answer_that_drips_is_cut_off_at_the_deadline(
    gateway: Gateway, xero: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CALL_SECONDS", 0.6)
    xero.faults({"kind": "slow_body", "match": {"path": "Accounts"}, "params": {"seconds": 5}})
    started = time.monotonic()
    with pytest.raises(Temporary):
        gateway.read("accounts")

    assert time.monotonic() - started < 1.5


def test_headers_that_drip_are_cut_off_at_the_deadline(
    organisation: Organisation,
    serve: Serve,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "CALL_SECONDS", 0.6)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(40):
            handler.wfile.write(b"X-%d: x\r\n" % number)
            time.sleep(0.1)

    settings.XERO_API_URL = serve(drip)
    started = time.monotonic()
    with pytest.raises(Temporary):
        Gateway(organisation, Lane.LIVE).read("accounts")

    assert time.monotonic() - started < 1.5


def test_an_endless_error_body_is_cut_off(
    organisation: Organisation,
    serve: Serve,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 100_000)
    bomb = gzip.compress(b"x" * 1_000_000)
    settings.XERO_API_URL = serve(
        lambda handler: reply(handler, bomb, status=400, Content_Encoding="gzip")
    )
    with pytest.raises(OutcomeUnknown):
        Gateway(organisation, Lane.LIVE).write("contacts", "PUT", contacts("Ann"), "key")


def test_compressed_answers_are_asked_for_and_read(
    organisation: Organisation, serve: Serve, settings: Settings
) -> None:
    asked: list[str] = []

    def compressed(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["Accept-Encoding"])
        reply(handler, gzip.compress(b'{"Accounts": [1.10]}'), Content_Encoding="gzip")

    settings.XERO_API_URL = serve(compressed)
    answer = Gateway(organisation, Lane.LIVE).read("accounts")

    assert asked == ["gzip"]
    assert answer.json == {"Accounts": [Decimal("1.10")]}


def test_a_redirect_is_not_followed(
    organisation: Organisation, serve: Serve, settings: Settings
) -> None:
    paths: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        reply(handler, b"", status=302, Location="/elsewhere")

    settings.XERO_API_URL = serve(elsewhere)
    with pytest.raises(Temporary):
        Gateway(organisation, Lane.LIVE).read("accounts")
    assert paths == ["/api.xro/2.0/Accounts"]


def test_an_unreachable_xero_is_temporary_and_costs_no_call(
    organisation: Organisation, settings: Settings
) -> None:
    settings.XERO_API_URL = "http://127.0.0.1:9"
    told: list[Exchange] = []
    with pytest.raises(Temporary):
        Gateway(organisation, Lane.LIVE, observe=told.append).write(
            "contacts", "PUT", contacts("Ann"), "key"
        )

    assert DayCount.objects.get().calls == 0
    assert Call.objects.count() == 0
    assert [(e.sent, e.status) for e in told] == [(False, None)]


def test_an_expired_token_is_renewed_once_and_the_same_bytes_and_key_are_sent_again(
    organisation: Organisation, xero: StandIn
) -> None:
    xero.faults({"kind": "unauthorised_once", "match": {"path": "Contacts"}})
    told: list[Exchange] = []
    answer = Gateway(organisation, Lane.LIVE, observe=told.append).write(
        "contacts", "PUT", contacts("Ann"), "key"
    )

    assert answer.status == 200
    assert [e.status for e in told] == [401, 200]
    assert xero.stats()["refreshes"] == 1
    assert len(xero.ledger()["Contacts"]) == 1


def test_a_fresh_token_that_is_refused_again_ends_in_not_connected(
    organisation: Organisation, xero: StandIn
) -> None:
    xero.faults({"kind": "unauthorised_once", "match": {"path": "Contacts", "count": 0}})
    with pytest.raises(NotConnected):
        Gateway(organisation, Lane.LIVE).write("contacts", "PUT", contacts("Ann"), "key")

    assert xero.tenant_stats()["total"] == 2
    assert xero.stats()["refreshes"] == 1


def test_a_connection_ended_at_xero_is_noticed_and_says_reconnect(
    gateway: Gateway, organisation: Organisation, xero: StandIn
) -> None:
    xero.faults({"kind": "disconnect"})
    with pytest.raises(NotConnected) as caught:
        gateway.read("contacts", page=1)

    assert caught.value.code == "disconnected"
    organisation.refresh_from_db()
    assert not organisation.connected
    assert "Reconnect" in organisation.unavailable_reason()
    assert TokenSet.objects.get().state == TokenSet.State.ACTIVE

    total = xero.tenant_stats()["total"]
    with pytest.raises(NotConnected):
        gateway.read("contacts", page=1)
    assert xero.tenant_stats()["total"] == total


def test_a_missing_right_does_not_end_the_connection(
    xero: StandIn, organisation: Organisation, serve: Serve, settings: Settings
) -> None:
    listed = json.dumps(
        [{"id": "c", "tenantId": organisation.tenant_id, "tenantType": "ORGANISATION"}]
    ).encode()

    def forbid(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/connections":
            reply(handler, listed)
        else:
            reply(handler, b'{"Status":403,"Detail":"AuthenticationUnsuccessful"}', status=403)

    settings.XERO_API_URL = serve(forbid)
    with pytest.raises(NotConnected) as caught:
        Gateway(organisation, Lane.LIVE).read("payments", page=1)

    assert caught.value.code == "forbidden"
    organisation.refresh_from_db()
    assert organisation.connected


def test_a_used_up_day_parks_the_organisation_until_it_ends(
    gateway: Gateway, organisation: Organisation, xero: StandIn
) -> None:
    xero.faults({"kind": "day_limit_reached"})
    with pytest.raises(Throttled) as caught:
        gateway.read("contacts", page=1)
    assert caught.value.why == "day"
    told = caught.value.retry_after
    assert told is not None

    with pytest.raises(Throttled) as again:
        gateway.read("contacts", page=1)
    assert again.value.why == "parked"
    assert again.value.retry_after == pytest.approx(told, abs=5)
    assert xero.tenant_stats()["total"] == 1
    organisation.refresh_from_db()
    assert "day" in organisation.parked_reason


def test_a_full_minute_at_xero_is_seen_in_its_headers_before_it_refuses(
    organisation: Organisation, xero: StandIn
) -> None:
    gateway = Gateway(organisation, Lane.CLICK)
    xero.config(limits={"per_minute": 2})
    gateway.read("accounts")
    gateway.read("accounts")
    xero.reset("stats")

    with pytest.raises(Throttled) as caught:
        gateway.read("accounts")
    assert caught.value.why == "minute"
    assert caught.value.retry_after == pytest.approx(60, abs=3)
    assert xero.tenant_stats()["total"] == 0


@pytest.mark.parametrize(
    ("problem", "retry_after", "why", "wait", "parked"),
    [
        ("minute", "17", "minute", 17, True),
        ("Minute", None, "minute", 60, True),
        ("Daily", "66975", "day", 66975, True),
        ("DayLimit", None, "day", 3600, True),
        ("appminute", "5", "app", 5, True),
        ("concurrent", None, "concurrent", 2, False),
        (None, None, "concurrent", 2, False),
    ],
)
def test_429_in_all_its_spellings(
    organisation: Organisation,
    serve: Serve,
    settings: Settings,
    problem: str | None,
    retry_after: str | None,
    why: str,
    wait: float,
    parked: bool,
) -> None:
    headers = {"X_Rate_Limit_Problem": problem, "Retry_After": retry_after}
    settings.XERO_API_URL = serve(
        lambda handler: reply(
            handler, b"", status=429, **{k: v for k, v in headers.items() if v is not None}
        )
    )
    with pytest.raises(Throttled) as caught:
        Gateway(organisation, Lane.LIVE).read("accounts")

    assert (caught.value.why, caught.value.retry_after) == (why, wait)
    organisation.refresh_from_db()
    assert (organisation.parked_until is not None) == parked


def test_a_lost_answer_is_unknown_for_a_write_and_temporary_for_a_read(
    gateway: Gateway, xero: StandIn
) -> None:
    xero.faults(
        {"kind": "lose_answer", "match": {"method": "PUT"}},
        {"kind": "lose_answer", "match": {"method": "GET"}},
    )
    with pytest.raises(OutcomeUnknown):
        gateway.write("contacts", "PUT", contacts("Ann"), "key")
    with pytest.raises(Temporary):
        gateway.read("contacts", page=1)

    assert [c["Name"] for c in xero.ledger()["Contacts"]] == ["Ann"], "it was saved, once"


def test_the_same_key_with_other_bytes_is_rejected(gateway: Gateway) -> None:
    gateway.write("contacts", "PUT", contacts("Ann"), "key")
    with pytest.raises(Rejected) as caught:
        gateway.write("contacts", "PUT", contacts("Bob"), "key")

    assert caught.value.code == "idempotency_mismatch"


def test_an_unknown_id_is_rejected_as_not_found(gateway: Gateway) -> None:
    with pytest.raises(Rejected) as caught:
        gateway.read("invoice", invoice_id="49e7687d-0000-0000-0000-4c97b4902089")

    assert caught.value.code == "not_found"


def test_more_than_forty_ids_are_refused_unsent(gateway: Gateway, xero: StandIn) -> None:
    with pytest.raises(ValueError, match="40"):
        gateway.read("invoices", invoice_numbers=[str(n) for n in range(41)])

    assert xero.tenant_stats()["total"] == 0


def test_the_caller_learns_of_every_exchange(organisation: Organisation, xero: StandIn) -> None:
    told: list[Exchange] = []
    gateway = Gateway(organisation, Lane.LIVE, observe=told.append)
    gateway.read("accounts")
    xero.faults({"kind": "error_before", "params": {"status": 500}})
    with pytest.raises(OutcomeUnknown) as caught:
        gateway.write("contacts", "PUT", contacts("Ann"), "key")

    good, bad = told
    assert (good.kind, good.verb, good.status, good.error) == ("accounts", "GET", 200, None)
    assert (bad.kind, bad.verb, bad.status, bad.error) == ("contacts", "PUT", 500, caught.value)
    assert good.correlation_id != bad.correlation_id
    assert good.milliseconds >= 0


def test_threads_and_organisations_never_share_a_token() -> None:
    """Each thread sends the token of its own organisation, whatever the others do."""
    pairs: list[tuple[str, str]] = []

    def work(name: str) -> None:
        for _ in range(20):
            api = transport.accounting_api(name)
            transport.hand_token(api, f"token of {name}")
            time.sleep(0.001)
            pairs.append((name, api.api_client.get_oauth2_token()["access_token"]))

    threads = [threading.Thread(target=work, args=(f"tenant {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pairs) == 80
    assert all(token == f"token of {name}" for name, token in pairs)


def test_the_connection_is_kept_open_between_calls(
    organisation: Organisation, serve: Serve, settings: Settings
) -> None:
    peers: set[Any] = set()

    def note(handler: BaseHTTPRequestHandler) -> None:
        peers.add(handler.client_address)
        reply(handler, b"{}")

    settings.XERO_API_URL = serve(note)
    for _ in range(3):
        Gateway(organisation, Lane.LIVE).read("accounts")

    assert len(peers) == 1
