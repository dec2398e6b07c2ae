"""One refresh at a time, saved before use, and what happens when it goes wrong."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest
import requests
from django.db import connection, connections
from pytest_django import Settings

from connector.lib import clock
from connector.lib.errors import ConnectorError, Misconfigured, NotConnected, Temporary
from sandbox.xero import CUSTOM_ID, CUSTOM_SECRET, StandIn
from tests.conftest import reply
from tests.xero.conftest import Relay, in_processes
from xero.api.gateway import Gateway
from xero.login import identity, oauth, tokens
from xero.models import Lane, Organisation, TokenSet, XeroApp


def expire(organisation: Organisation) -> TokenSet:
    TokenSet.objects.update(expires_at=clock.now())
    return TokenSet.objects.get(organisations=organisation)


def test_a_valid_token_is_used_as_it_is(organisation: Organisation, xero: StandIn) -> None:
    kept = TokenSet.objects.get()

    assert tokens.access_token(kept.pk) == kept.access_token
    assert xero.stats()["refreshes"] == 0


def test_a_token_is_renewed_90_seconds_before_it_ends(
    organisation: Organisation, xero: StandIn
) -> None:
    kept = TokenSet.objects.get()
    TokenSet.objects.update(expires_at=clock.now() + timedelta(seconds=89))

    fresh = tokens.access_token(kept.pk)

    saved = TokenSet.objects.get()
    assert fresh == saved.access_token != kept.access_token
    assert saved.refresh_token != saved.previous_refresh_token == kept.refresh_token
    assert saved.expires_at > clock.now() + timedelta(minutes=29)
    assert saved.claimed_until is None
    assert xero.stats()["refreshes"] == 1


def test_what_a_login_may_do_is_known_anew_with_each_renewal(organisation: Organisation) -> None:
    kept = expire(organisation)
    TokenSet.objects.update(scopes="openid")

    tokens.access_token(kept.pk)

    assert TokenSet.objects.get().scopes == kept.scopes != "openid"


def test_tokens_are_not_readable_in_the_database(organisation: Organisation) -> None:
    kept = TokenSet.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM xero_tokenset")
        access, refresh = cursor.fetchone()

    assert access.startswith("v1:")
    assert kept.access_token not in access
    assert kept.refresh_token not in refresh


@pytest.mark.django_db(transaction=True)
def test_eight_threads_make_one_refresh_and_no_lock_is_held_meanwhile(
    relay: Relay, organisation: Organisation
) -> None:
    kept = expire(organisation)
    asked = threading.Event()

    def slowly(handler: BaseHTTPRequestHandler, answer: requests.Response) -> None:
        asked.set()
        time.sleep(0.6)
        relay.pass_on(handler, answer)

    relay.spoil = slowly
    got: list[str] = []

    def work() -> None:
        got.append(tokens.access_token(kept.pk))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert asked.wait(5)
    started = time.monotonic()
    Organisation.objects.update(name="Written while Xero is slow")
    TokenSet.objects.filter(pk=kept.pk).update(reason="this very row")
    assert time.monotonic() - started < 0.4
    for thread in threads:
        thread.join()

    assert len(relay.requests) == 1
    assert got == [TokenSet.objects.get().access_token] * 8


def test_a_lease_is_not_given_to_one_that_read_the_tokens_before_they_were_renewed(
    organisation: Organisation,
) -> None:
    read_before = expire(organisation)
    tokens.access_token(read_before.pk)

    assert not tokens._claim(read_before, "late")
    assert TokenSet.objects.get().claimed_by == ""
    assert tokens._claim(TokenSet.objects.get(), "next")


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_eight_processes_make_one_refresh(relay: Relay, organisation: Organisation) -> None:
    kept = expire(organisation)

    def slowly(handler: BaseHTTPRequestHandler, answer: requests.Response) -> None:
        time.sleep(0.3)
        relay.pass_on(handler, answer)

    relay.spoil = slowly
    got = in_processes(8, "token", str(kept.pk))

    assert len(relay.requests) == 1
    assert got == [TokenSet.objects.get().access_token] * 8


def test_while_another_refreshes_for_long_the_call_is_temporary(
    organisation: Organisation, xero: StandIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_POLL_SECONDS", 0.2)
    kept = expire(organisation)
    TokenSet.objects.update(claimed_until=clock.now() + timedelta(seconds=50))

    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)

    assert xero.stats()["refreshes"] == 0


def test_a_lost_answer_is_temporary_and_the_next_call_uses_the_old_token_once_more(
    relay: Relay, organisation: Organisation
) -> None:
    kept = expire(organisation)
    relay.spoil = relay.lose
    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)
    assert TokenSet.objects.get().refresh_token == kept.refresh_token

    relay.spoil = relay.pass_on
    fresh = tokens.access_token(kept.pk)

    assert (
        relay.requests
        == [{"grant_type": ["refresh_token"], "refresh_token": [kept.refresh_token]}] * 2
    ), "the app's credentials are in the header"
    assert Gateway(organisation, Lane.CLICK).read("organisation").status == 200
    assert TokenSet.objects.get().access_token == fresh


def test_a_lost_answer_is_made_good_by_the_sweep_within_the_grace(
    relay: Relay, organisation: Organisation
) -> None:
    kept = expire(organisation)
    relay.spoil = relay.lose
    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)
    relay.spoil = relay.pass_on

    assert tokens.keep_alive() == 1
    assert tokens.keep_alive() == 0
    assert TokenSet.objects.get().refresh_token != kept.refresh_token


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_outage_of_the_identity_service_does_not_cost_the_connection(
    relay: Relay, organisation: Organisation, status: int
) -> None:
    kept = expire(organisation)
    refusal = b'{"error":"invalid_grant"}'
    relay.spoil = lambda handler, _: reply(handler, refusal, status=status)

    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)

    assert TokenSet.objects.get().state == TokenSet.State.ACTIVE
    organisation.refresh_from_db()
    assert organisation.connected


def test_an_answer_that_is_no_json_does_not_cost_the_connection(
    relay: Relay, organisation: Organisation
) -> None:
    kept = expire(organisation)
    relay.spoil = lambda handler, _: reply(handler, b"<html>gateway</html>", status=200)

    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)

    assert TokenSet.objects.get().state == TokenSet.State.ACTIVE


def test_a_token_endpoint_that_drips_is_cut_off(
    relay: Relay, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "CALL_SECONDS", 0.5)
    kept = expire(organisation)

    def drip(handler: BaseHTTPRequestHandler, _: requests.Response) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _step in range(40):
            handler.wfile.write(b" ")
            time.sleep(0.1)

    relay.spoil = drip
    started = time.monotonic()
    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)
    assert time.monotonic() - started < 1.5


def test_wrong_app_credentials_name_the_app_and_keep_the_connection(
    organisation: Organisation, app: XeroApp
) -> None:
    kept = expire(organisation)
    XeroApp.objects.update(client_secret="changed")

    with pytest.raises(Misconfigured) as caught:
        tokens.access_token(kept.pk)

    assert caught.value.code == "xero_app"
    assert TokenSet.objects.get().state == TokenSet.State.ACTIVE


def test_a_revoked_login_stops_the_connection_says_reconnect_and_resumes_after_it(
    organisation: Organisation, xero: StandIn, connect: object
) -> None:
    assert callable(connect)
    kept = expire(organisation)
    xero.faults({"kind": "revoke_tokens"})

    with pytest.raises(NotConnected) as caught:
        Gateway(organisation, Lane.LIVE).read("organisation")
    assert caught.value.code == "reconnect"
    assert "Reconnect" in str(caught.value)
    organisation.refresh_from_db()
    assert not organisation.connected
    assert organisation.reason == tokens.RECONNECT
    assert organisation.disconnected_at is not None

    asked = xero.stats()["other"]
    with pytest.raises(NotConnected):
        Gateway(organisation, Lane.LIVE).read("organisation")
    assert xero.stats()["other"] == asked, "nothing is asked of Xero while disconnected"
    assert tokens.keep_alive() == 0

    (again,) = connect()
    assert again.pk == organisation.pk
    assert again.token_set_id == kept.pk, "the same user's tokens stay one row"
    assert Gateway(organisation, Lane.LIVE).read("organisation").status == 200


def test_where_the_current_refresh_token_is_refused_the_previous_one_is_tried_within_its_grace(
    organisation: Organisation, relay: Relay
) -> None:
    kept = expire(organisation)
    TokenSet.objects.update(
        refresh_token="never known at Xero",
        previous_refresh_token=kept.refresh_token,
        previous_valid_until=clock.now() + timedelta(minutes=30),
    )

    tokens.access_token(kept.pk)

    saved = TokenSet.objects.get()
    assert [r["refresh_token"] for r in relay.requests] == [
        ["never known at Xero"],
        [kept.refresh_token],
    ]
    assert saved.previous_refresh_token == kept.refresh_token


def test_a_previous_refresh_token_is_not_tried_after_its_grace(
    organisation: Organisation, relay: Relay
) -> None:
    kept = expire(organisation)
    TokenSet.objects.update(
        refresh_token="never known at Xero",
        previous_refresh_token=kept.refresh_token,
        previous_valid_until=clock.now() - timedelta(seconds=1),
    )

    with pytest.raises(NotConnected):
        tokens.access_token(kept.pk)

    assert len(relay.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_a_login_during_a_refresh_wins_over_its_answer(
    relay: Relay, organisation: Organisation
) -> None:
    kept = expire(organisation)

    def log_in_meanwhile(handler: BaseHTTPRequestHandler, answer: requests.Response) -> None:
        TokenSet.objects.filter(pk=kept.pk).update(
            access_token="of the log-in",
            claimed_by="",
            claimed_until=None,
            refreshed_at=clock.now(),
            expires_at=clock.now() + timedelta(minutes=30),
        )
        connections.close_all()
        relay.pass_on(handler, answer)

    relay.spoil = log_in_meanwhile

    assert tokens.access_token(kept.pk) == "of the log-in"
    assert TokenSet.objects.get().refresh_token == kept.refresh_token


def test_a_login_that_nobody_used_for_a_week_is_kept_alive(
    organisation: Organisation, xero: StandIn
) -> None:
    assert tokens.keep_alive() == 0
    TokenSet.objects.update(refreshed_at=clock.now() - timedelta(days=7, seconds=1))

    assert tokens.keep_alive() == 1
    assert xero.stats()["refreshes"] == 1


def test_a_failed_keep_alive_does_not_stop_the_others(
    organisation: Organisation, xero: StandIn, app: XeroApp
) -> None:
    week_ago = clock.now() - timedelta(days=8)
    dead = TokenSet.objects.create(app=app, refresh_token="dead", xero_user_id="another")
    Organisation.objects.create(tenant_id="another", token_set=dead, connected=True)
    TokenSet.objects.update(refreshed_at=week_ago)

    assert tokens.keep_alive() == 1
    dead.refresh_from_db()
    assert dead.state == TokenSet.State.RECONNECT


def test_a_disconnected_login_is_left_to_die(organisation: Organisation, xero: StandIn) -> None:
    TokenSet.objects.update(refreshed_at=clock.now() - timedelta(days=8))
    organisation.mark_disconnected("by hand")

    assert tokens.keep_alive() == 0
    assert xero.stats()["refreshes"] == 0


def test_a_custom_connection_needs_no_refresh_token(xero: StandIn, db: None) -> None:
    app = XeroApp.objects.create(
        mode=XeroApp.Mode.CUSTOM, client_id=CUSTOM_ID, client_secret=CUSTOM_SECRET
    )
    (organisation,) = oauth.connect_custom(app)
    kept = expire(organisation)
    assert kept.refresh_token == ""

    assert tokens.access_token(kept.pk) != kept.access_token
    answer = Gateway(organisation, Lane.CLICK).read("organisation")
    assert answer.json["Organisations"][0]["Name"] == "Demo Company (AU)"


def test_errors_of_a_refresh_hold_no_token(relay: Relay, organisation: Organisation) -> None:
    kept = expire(organisation)
    relay.spoil = lambda handler, _: reply(
        handler, b'{"error":"server_error","error_description":"' + b"x" * 99 + b'"}', status=400
    )

    with pytest.raises(ConnectorError) as caught:
        tokens.access_token(kept.pk)

    assert kept.refresh_token not in str(caught.value)
