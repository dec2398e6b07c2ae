"""What every request must have, the two error modes, idempotency keys, limits and faults."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal as D
from http.server import BaseHTTPRequestHandler

import pytest
import requests

from connector.lib import clock
from sandbox.xero import StandIn
from sandbox.xero.testing import Client, invoice, line, messages, parsed
from sandbox.xero.wire import Doc, dumps
from tests.conftest import Answer, reply


class Now:
    """A clock that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = time.time()
        monkeypatch.setattr(clock, "timestamp", lambda: self.seconds)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    return Now(monkeypatch)


@pytest.fixture
def xero() -> Iterator[StandIn]:
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as stand_in:
        yield stand_in


@pytest.fixture
def au(xero: StandIn) -> Client:
    return Client(xero)


# -- what every request must have ------------------------------------------------------------


def test_json_must_be_asked_for(au: Client) -> None:
    answer = au.send("GET", "Organisation", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.text[:5]) == (406, "<?xml")


def test_a_foreign_tenant_is_403(au: Client) -> None:
    answer = au.send("GET", "Organisation", headers={"xero-tenant-id": "somebody"})
    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")


def test_a_missing_scope_is_403_and_read_suffices_to_read(xero: StandIn) -> None:
    reader = Client(xero, scope="accounting.invoices.read")
    assert reader.send("GET", "Invoices").status_code == 200
    assert reader.send("PUT", "Invoices", {"Invoices": []}).status_code == 403
    assert reader.send("GET", "Contacts").status_code == 403


@pytest.mark.parametrize(
    ("element", "named"),
    [
        ({"InvoiceNumbr": "1"}, "'InvoiceNumbr' in Invoices[0]"),
        ({"LineItems": [{}, {"AcountCode": "2"}]}, "'AcountCode' in Invoices[0].LineItems[1]"),
        (
            {"Contact": {"Addresses": [{"Zip": "1"}]}},
            "'Zip' in Invoices[0].Contact.Addresses[0]",
        ),
    ],
)
def test_an_unknown_property_refuses_the_whole_request(
    au: Client, element: Doc, named: str
) -> None:
    body = {"Invoices": [{**invoice("U-1"), **element}, invoice("U-2")]}
    answer = au.send("PUT", "Invoices", body, summarizeErrors="false")
    assert answer.status_code == 400
    assert answer.json()["Message"] == f"Unknown property {named}"
    assert au.get("Invoices", page=1) == []


def test_the_sdks_constant_properties_are_known(au: Client) -> None:
    found = au.invoice("U-1", HasErrors=False, HasAttachments=False)
    assert found["Status"] == "AUTHORISED"


def test_bodies_that_are_not_json_or_too_large_are_400(au: Client) -> None:
    assert au.send("PUT", "Invoices", b"{").json()["Type"] == "PostDataInvalidException"
    assert au.send("PUT", "Invoices", b'{"Invoices":[{"Reference":"\\u0000"}]}').status_code == 400
    assert au.send("PUT", "Invoices", b'{"Invoices":[{"Total":NaN}]}').status_code == 400
    assert au.send("PUT", "Invoices", b" " * 3_500_001).status_code == 400


@pytest.mark.parametrize(
    "element",
    [
        invoice("1", Contact=[{"Name": "A"}]),
        invoice("1", LineItems=line()),
        invoice("1", Reference={"a": 1}),
        "an invoice",
        None,
    ],
)
def test_elements_of_the_wrong_form_are_400(au: Client, element: object) -> None:
    answer = au.send("PUT", "Invoices", {"Invoices": [element]})
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 17)


def test_absurd_numbers_are_refused_briefly(au: Client) -> None:
    body = b'{"Invoices":[{"Type":"ACCREC","Contact":{"Name":"A"},"LineItems":[{"Description":"x",'
    for number in (b"1e999999", b"true", b"99999999999999"):
        sent = body + b'"Quantity":1,"UnitAmount":' + number + b"}]}]}"
        answer = au.send("PUT", "Invoices", sent)
        assert answer.status_code == 400
        assert len(answer.content) < 1000


def test_unknown_ids_are_404_and_unknown_methods_405(au: Client) -> None:
    assert au.send("GET", "Invoices/nothing").status_code == 404
    assert au.send("GET", "Nothing").status_code == 404
    assert au.send("DELETE", "Invoices").status_code == 405


# -- summarizeErrors -------------------------------------------------------------------------


def test_summarised_errors_list_only_the_bad_while_the_good_are_saved(au: Client) -> None:
    body = {"Invoices": [invoice("G-1"), invoice("B-1", LineItems=[]), invoice("G-2")]}
    answer = au.send("PUT", "Invoices", body)
    assert answer.status_code == 400
    error = parsed(answer)
    assert (error["ErrorNumber"], error["Type"]) == (10, "ValidationException")
    assert [one["InvoiceNumber"] for one in error["Elements"]] == ["B-1"]
    assert messages(error["Elements"][0]) == ["One or more line items must be specified"]
    assert [one["InvoiceNumber"] for one in au.get("Invoices")] == ["G-1", "G-2"]


@pytest.mark.parametrize("spelling", ["False", "false", "FALSE"])
def test_the_other_mode_answers_every_element(au: Client, spelling: str) -> None:
    found = au.put(
        "Invoices", invoice("G-1"), invoice("B-1", LineItems=[]), summarizeErrors=spelling
    )
    assert [one["StatusAttributeString"] for one in found] == ["OK", "ERROR"]
    assert found[1]["InvoiceID"]
    assert au.send("GET", f"Invoices/{found[1]['InvoiceID']}").status_code == 404


# -- Idempotency-Key -------------------------------------------------------------------------


def test_a_key_replays_the_answer_for_six_minutes(au: Client, now: Now) -> None:
    first = au.put("Invoices", invoice(""), key="k1")
    assert au.put("Invoices", invoice(""), key="k1") == first
    now.seconds += 359
    assert au.put("Invoices", invoice(""), key="k1") == first
    now.seconds += 2
    assert au.put("Invoices", invoice(""), key="k1")[0]["InvoiceID"] != first[0]["InvoiceID"]


def test_errors_are_remembered_too(au: Client) -> None:
    body = {"Invoices": [invoice("N-1")]}
    au.invoice("N-1")
    headers = {"Idempotency-Key": "k1"}
    assert au.send("PUT", "Invoices", body, headers=headers).status_code == 400
    au.post(f"Invoices/{au.get('Invoices/N-1')[0]['InvoiceID']}", {"InvoiceNumber": "N-2"})
    assert au.send("PUT", "Invoices", body, headers=headers).status_code == 400
    assert au.send("PUT", "Invoices", body, headers={"Idempotency-Key": "k2"}).status_code == 200


def test_a_key_for_another_request_is_refused(au: Client) -> None:
    au.put("Invoices", invoice("N-1"), key="k1")
    answer = au.send(
        "PUT", "Invoices", {"Invoices": [invoice("N-2")]}, headers={"Idempotency-Key": "k1"}
    )
    assert answer.status_code == 400
    assert answer.json()["Message"] == "Idempotency Key: k1 is used with a different request."
    long = {"Idempotency-Key": "k" * 129}
    assert au.send("PUT", "Invoices", {"Invoices": []}, headers=long).status_code == 400


def test_replays_count_against_the_limits(au: Client) -> None:
    for _ in range(3):
        au.put("Invoices", invoice("N-1"), key="k1")
    assert au.stand_in.tenant_stats()["by_call"] == {"PUT Invoices": 3}


def test_two_threads_with_one_key_create_once(au: Client, xero: StandIn) -> None:
    clients = [Client(xero) for _ in range(4)]
    threads = [
        threading.Thread(target=one.put, args=("Invoices", invoice("")), kwargs={"key": "k"})
        for one in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(xero.ledger()["Invoices"]) == 1


# -- limits ----------------------------------------------------------------------------------


def test_the_minute_is_a_rolling_one(now: Now) -> None:
    with StandIn(limits={"per_minute": 3}) as xero:
        au = Client(xero)
        left = []
        for _ in range(3):
            answer = au.send("GET", "Currencies")
            left.append(answer.headers["X-MinLimit-Remaining"])
            now.seconds += 10
        assert left == ["2", "1", "0"]
        refused = au.send("GET", "Currencies")
        assert refused.status_code == 429
        assert refused.headers["X-Rate-Limit-Problem"] == "minute"
        assert refused.headers["Retry-After"] == "30"
        now.seconds += 30
        assert au.send("GET", "Currencies").status_code == 200
        assert au.send("GET", "Currencies").status_code == 429
        stats = xero.tenant_stats()
        assert (stats["total"], stats["max_in_60s"]) == (6, 5)
        assert stats["refused_429"] == {"minute": 2}


def test_the_day_ends_at_midnight(now: Now) -> None:
    now.seconds = 1_795_500_000 // 86_400 * 86_400 + 86_000
    with StandIn(limits={"per_day": 1}) as xero:
        au = Client(xero)
        assert au.send("GET", "Currencies").headers["X-DayLimit-Remaining"] == "0"
        refused = au.send("GET", "Currencies")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "400")
        assert refused.headers["X-Rate-Limit-Problem"] == "day"
        now.seconds += 400
        assert au.send("GET", "Currencies").status_code == 200


def test_more_than_so_many_at_once_are_refused(xero: StandIn) -> None:
    xero.config(limits={"concurrent": 2}, latency_ms=200)
    clients = [Client(xero) for _ in range(4)]
    answers: list[requests.Response] = []
    threads = [
        threading.Thread(target=lambda one=one: answers.append(one.send("GET", "Currencies")))
        for one in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 2
    assert {one.headers["X-Rate-Limit-Problem"] for one in refused} == {"concurrent"}
    assert xero.tenant_stats()["refused_429"] == {"concurrent": 2}


def test_limits_are_per_organisation(xero: StandIn) -> None:
    xero.config(limits={"per_minute": 1})
    au, uk = Client(xero), Client(xero, "Demo Company (UK)")
    assert au.send("GET", "Currencies").status_code == 200
    assert au.send("GET", "Currencies").status_code == 429
    assert uk.send("GET", "Currencies").status_code == 200


# -- faults ----------------------------------------------------------------------------------

PUT = {"method": "PUT", "path": "Invoices$"}


def test_a_lost_answer_is_saved(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "lose_answer", "match": PUT})
    with pytest.raises(requests.ConnectionError):
        au.put("Invoices", invoice("L-1"), key="k1")
    (found,) = au.put("Invoices", invoice("L-1"), key="k1")
    assert found["StatusAttributeString"] == "OK"
    assert len(au.get("Invoices")) == 1


def test_a_partial_save_ends_in_a_500_that_the_key_remembers(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "error_after_partial", "match": PUT, "params": {"saved": 2}})
    body = {"Invoices": [invoice(f"P-{n}") for n in range(5)]}
    for _ in range(2):
        answer = au.send("PUT", "Invoices", body, headers={"Idempotency-Key": "k1"})
        assert answer.status_code == 500
    assert [one["InvoiceNumber"] for one in au.get("Invoices")] == ["P-0", "P-1"]


def test_errors_before_and_after_the_commit(au: Client, xero: StandIn) -> None:
    body = {"Invoices": [invoice("E-1")]}
    xero.faults(
        {"kind": "error_before", "match": PUT, "params": {"status": 503, "retry_after": 7}},
        {"kind": "error_after", "match": {**PUT, "nth": 2}, "params": {"status": 502}},
    )
    before = au.send("PUT", "Invoices", body)
    assert (before.status_code, before.headers["Retry-After"]) == (503, "7")
    assert au.get("Invoices") == []
    assert au.send("PUT", "Invoices", body).status_code == 502
    assert [one["InvoiceNumber"] for one in au.get("Invoices")] == ["E-1"]


def test_a_hang_saves_or_not(au: Client, xero: StandIn) -> None:
    match = {**PUT, "count": 1}
    xero.faults({"kind": "hang", "match": match, "params": {"seconds": 0.05}})
    assert au.send("PUT", "Invoices", {"Invoices": [invoice("H-1")]}).status_code == 504
    xero.faults()
    xero.faults({"kind": "hang", "match": match, "params": {"seconds": 0.05, "commit": True}})
    assert au.send("PUT", "Invoices", {"Invoices": [invoice("H-2")]}).status_code == 200
    assert [one["InvoiceNumber"] for one in au.get("Invoices")] == ["H-2"]


def test_answers_that_are_not_json(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "maintenance"}, {"kind": "html_answer", "match": {"nth": 2}})
    answer = au.send("GET", "Organisation")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        503,
        "text/plain; charset=utf-8",
    )
    assert answer.text == "The Xero API is currently offline for maintenance"
    answer = au.send("GET", "Organisation")
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert au.send("GET", "Organisation").status_code == 200


def test_an_answer_that_is_cut_is_saved(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "cut_body", "match": PUT})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        au.put("Invoices", invoice("C-1"))
    assert [one["InvoiceNumber"] for one in au.get("Invoices")] == ["C-1"]


def test_a_late_request_is_saved_after_its_time(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "late", "match": PUT, "params": {"seconds": 0.5}})
    headers = {"Authorization": f"Bearer {au.token['access_token']}", "xero-tenant-id": au.tenant}
    headers |= {"Accept": "application/json"}
    body = dumps({"Invoices": [invoice("L-2")]})
    with pytest.raises(requests.ReadTimeout):
        requests.put(f"{au.base}Invoices", data=body, headers=headers, timeout=0.1)
    assert au.get("Invoices") == []
    deadline = time.monotonic() + 5
    while not au.get("Invoices") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [one["InvoiceNumber"] for one in au.get("Invoices")] == ["L-2"]


def test_changes_are_told_by_signed_webhooks(
    au: Client, xero: StandIn, serve: Callable[[Answer], str]
) -> None:
    webhooks = xero.app.state.webhooks
    webhooks.pace = replace(webhooks.pace, gather_seconds=0.05)
    told: queue.Queue[tuple[str | None, bytes]] = queue.Queue()

    def take(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        told.put((handler.headers["x-xero-signature"], body))
        reply(handler)

    xero.config(webhook={"url": serve(take), "key": "k"})
    made = au.invoice("W-1")
    signature, body = told.get(timeout=5)
    signed = base64.b64encode(hmac.new(b"k", body, hashlib.sha256).digest()).decode()
    assert signature == signed
    events = json.loads(body)["events"]
    about = {(one["eventCategory"], one["resourceId"], one["tenantId"]) for one in events}
    assert ("INVOICE", made["InvoiceID"], au.tenant) in about


def test_a_slow_body_arrives_whole(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "slow_body", "params": {"seconds": 0.1}})
    assert au.send("GET", "Organisation").json()["Organisations"]


def test_totals_off_in_the_answer_or_in_the_books(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "totals_off", "match": PUT})
    assert au.invoice("T-1")["Total"] == D("110.01")
    assert au.get("Invoices/T-1")[0]["Total"] == D("110.00")
    xero.faults({"kind": "totals_off", "match": PUT, "params": {"keep": True}})
    assert au.invoice("T-2")["AmountDue"] == D("110.01")
    assert au.get("Invoices/T-2")[0]["Total"] == D("110.01")


def test_elements_in_another_order(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "reorder"})
    found = au.put("Invoices", invoice("1"), invoice("2"), invoice("3"))
    assert [one["InvoiceNumber"] for one in found] == ["3", "2", "1"]


def test_tokens_connections_and_days_can_end(au: Client, xero: StandIn) -> None:
    xero.faults({"kind": "unauthorised_once"})
    assert au.send("GET", "Currencies").json()["Detail"].startswith("TokenExpired")
    assert au.send("GET", "Currencies").status_code == 200
    xero.config(limits={"per_day": 1000})
    xero.faults({"kind": "day_limit_reached"})
    assert au.send("GET", "Currencies").headers["X-Rate-Limit-Problem"] == "day"
    xero.config(limits={"per_day": 0})
    xero.faults({"kind": "disconnect", "params": {"tenant": "Demo Company (AU)"}})
    assert au.send("GET", "Currencies").status_code == 403
    assert au.send("GET", "/connections").json() == []
    xero.faults({"kind": "expire_tokens"})
    assert au.send("GET", "Currencies").status_code == 401


def test_forgotten_keys_and_a_key_store_that_is_down(au: Client, xero: StandIn) -> None:
    first = au.put("Invoices", invoice(""), key="k1")
    xero.faults({"kind": "forget_keys"}, {"kind": "idempotency_down", "match": {"nth": 2}})
    assert au.put("Invoices", invoice(""), key="k1") != first
    assert au.send("PUT", "Invoices", {"Invoices": []}).status_code == 500


def test_a_fault_can_choose_its_call_by_body_and_tenant(au: Client, xero: StandIn) -> None:
    xero.faults(
        {"kind": "error_before", "match": {"body": "S1-2", "count": 0}},
        {"kind": "error_before", "match": {"tenant": "another"}},
    )
    assert au.invoice("S1-1")
    for _ in range(2):
        assert au.send("PUT", "Invoices", {"Invoices": [invoice("S1-2")]}).status_code == 503
    assert [fault["struck"] for fault in xero.app.faults.report()] == [2, 0]


def test_an_unknown_fault_is_refused(xero: StandIn) -> None:
    with pytest.raises(ValueError, match="unknown fault kind 'loose_answer'"):
        xero.faults({"kind": "loose_answer"})
    with pytest.raises(ValueError, match="unknown in a fault: metod"):
        xero.faults({"kind": "hang", "match": {"metod": "PUT"}})


# -- control over HTTP -----------------------------------------------------------------------


def test_the_control_api_speaks_json(xero: StandIn) -> None:
    session = requests.Session()
    session.trust_env = False
    control = f"{xero.url}/_sandbox"
    token = session.post(f"{control}/connect", json={}).json()
    assert token["connections"][0]["tenantName"] == "Demo Company (AU)"
    act = {"act": "create_invoice", "number": "X-1", "contact": "C", "total": 5}
    assert session.post(f"{control}/person", json=act).json()["Total"] == 5.00
    assert session.post(f"{control}/person", json={**act}).status_code == 400
    ledger = session.get(f"{control}/ledger", params={"tenant": token["tenant_ids"][0]}).json()
    assert [one["InvoiceNumber"] for one in ledger["Invoices"]] == ["X-1"]
    armed = session.post(f"{control}/faults", json=[{"kind": "maintenance"}]).json()
    assert armed[0]["kind"] == "maintenance"
    assert session.post(f"{control}/faults", json={"clear": True}).json() == []
    config = session.post(f"{control}/config", json={"limits": {"per_minute": 9}}).json()
    assert config["limits"]["per_minute"] == 9
    assert session.post(f"{control}/config", json={"latency": 9}).status_code == 400
    assert session.post(f"{control}/reset", json={}).json() == {"ok": True}
    assert session.get(f"{control}/ledger").json()["Invoices"] == []
    assert session.get(f"{control}/stats").json()["refreshes"] == 0


def test_a_person_sees_the_books(xero: StandIn) -> None:
    made = xero.person(
        "create_invoice", number="X-1", contact="Ann & Co", lines=[line("5", TaxType="OUTPUT")]
    )
    session = requests.Session()
    session.trust_env = False
    page = session.get(xero.url).text
    assert "X-1" in page
    assert "Ann &amp; Co" in page
    target = f"/AccountsReceivable/View.aspx?InvoiceID={made['InvoiceID']}"
    link = f"{xero.url}/organisationlogin/default.aspx"
    shown = session.get(link, params={"shortcode": "!AUd000", "redirecturl": target})
    assert shown.status_code == 200
    assert "5.50" in shown.text
    assert session.get(f"{xero.url}/AccountsReceivable/View.aspx").status_code == 404
