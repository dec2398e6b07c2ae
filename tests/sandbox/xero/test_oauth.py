"""Log-in, tokens and connections of the stand-in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests_oauthlib import OAuth2Session

from connector.lib import clock
from sandbox.xero import CLIENT_ID, CLIENT_SECRET, CUSTOM_ID, CUSTOM_SECRET, SCOPE, StandIn
from sandbox.xero.login.tokens import claims_of
from sandbox.xero.testing import Client
from sandbox.xero.wire import Doc

BACK = "http://localhost:8000/xero/callback/"


@pytest.fixture
def xero() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def session() -> requests.Session:
    found = requests.Session()
    found.trust_env = False
    return found


def authorise(xero: StandIn, session: requests.Session, **changes: str) -> requests.Response:
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "scope": SCOPE,
        "state": "s1",
        **changes,
    }
    return session.get(
        f"{xero.url}/identity/connect/authorize", params=query, allow_redirects=False
    )


def given(answer: requests.Response) -> dict[str, str]:
    """The query of the address that the answer redirects to."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(BACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def token(xero: StandIn, session: requests.Session, **form: str) -> requests.Response:
    return session.post(
        f"{xero.url}/connect/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=5
    )


def refresh(xero: StandIn, session: requests.Session, value: str) -> requests.Response:
    return token(xero, session, grant_type="refresh_token", refresh_token=value)


def test_consent_gives_a_code_that_works_once(xero: StandIn, session: requests.Session) -> None:
    query = given(authorise(xero, session, auto="1"))
    assert query["state"] == "s1"
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": query["code"]}
    tokens = token(xero, session, **form).json()
    assert tokens["expires_in"] == 1800
    assert set(tokens["scope"].split()) == set(SCOPE.split())
    assert {"access_token", "refresh_token", "id_token", "token_type"} <= set(tokens)
    claims = claims_of(tokens["access_token"])
    assert claims["exp"] - claims["iat"] == 1800
    assert {"authentication_event_id", "xero_userid", "scope"} <= set(claims)
    again = token(xero, session, **form)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_a_code_is_good_for_five_minutes_and_its_own_address(
    xero: StandIn, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": "http://localhost/other"}
    code = given(authorise(xero, session, auto="1"))["code"]
    assert token(xero, session, **form, code=code).json() == {"error": "invalid_grant"}
    code = given(authorise(xero, session, auto="1"))["code"]
    later = time.time() + 301
    monkeypatch.setattr(clock, "timestamp", lambda: later)
    form["redirect_uri"] = BACK
    assert token(xero, session, **form, code=code).json() == {"error": "invalid_grant"}


def test_the_consent_page_lets_a_person_choose(xero: StandIn, session: requests.Session) -> None:
    page = authorise(xero, session)
    assert page.status_code == 200
    assert "Demo Company (UK)" in page.text
    uk = xero.app.state.organisation("Demo Company (UK)").tenant_id
    form = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "scope": SCOPE,
        "state": "s1",
        "tenant": uk,
        "decision": "allow",
    }
    url = f"{xero.url}/identity/connect/authorize"
    assert "code" in given(session.post(url, data=form, allow_redirects=False))
    denied = session.post(url, data={**form, "decision": "deny"}, allow_redirects=False)
    assert given(denied) == {"error": "access_denied", "state": "s1"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "accounting.transactions offline_access"}, "invalid_scope"),
    ],
)
def test_errors_go_back_to_the_app(
    xero: StandIn, session: requests.Session, changes: Doc, error: str
) -> None:
    assert given(authorise(xero, session, **changes)) == {"error": error, "state": "s1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "http://127.0.0.1:8000/xero/callback/"},
        {"redirect_uri": "http://shop.example.test/"},
    ],
)
def test_an_untrusted_address_is_never_redirected_to(
    xero: StandIn, session: requests.Session, changes: Doc
) -> None:
    answer = authorise(xero, session, auto="1", **changes)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_refresh_replaces_both_tokens(xero: StandIn, session: requests.Session) -> None:
    first = xero.connect()
    second = refresh(xero, session, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert xero.stats()["refreshes"] == 1


def test_the_previous_refresh_token_has_thirty_minutes_of_grace(
    xero: StandIn, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = xero.connect()["refresh_token"]
    lost = refresh(xero, session, first).json()["refresh_token"]
    again = refresh(xero, session, first)
    assert again.status_code == 200
    assert refresh(xero, session, lost).json() == {"error": "invalid_grant"}
    later = time.time() + 1801
    monkeypatch.setattr(clock, "timestamp", lambda: later)
    assert refresh(xero, session, first).json() == {"error": "invalid_grant"}
    assert refresh(xero, session, again.json()["refresh_token"]).status_code == 200


def test_two_refreshes_back_is_dead(xero: StandIn, session: requests.Session) -> None:
    first = xero.connect()["refresh_token"]
    second = refresh(xero, session, first).json()["refresh_token"]
    refresh(xero, session, second)
    assert refresh(xero, session, first).json() == {"error": "invalid_grant"}


def test_clients_prove_themselves_by_basic_or_in_the_form(
    xero: StandIn, session: requests.Session
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": xero.connect()["refresh_token"]}
    url = f"{xero.url}/connect/token"
    refused = session.post(url, data=form, auth=(CLIENT_ID, "wrong"))
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    assert session.post(url, data=form).status_code == 401
    inside = {**form, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert session.post(url, data=inside).status_code == 200


def test_an_access_token_ends_after_thirty_minutes(
    xero: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    au = Client(xero)
    later = time.time() + 1801
    monkeypatch.setattr(clock, "timestamp", lambda: later)
    answer = au.send("GET", "Organisation")
    assert answer.status_code == 401
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at ")
    assert answer.json()["Title"] == "Unauthorized"


def test_connections_are_listed_filtered_and_ended(
    xero: StandIn, session: requests.Session
) -> None:
    xero.connect("Demo Company (AU)")
    uk = Client(xero, "Demo Company (UK)")
    every = uk.send("GET", "/connections").json()
    assert [one["tenantName"] for one in every] == ["Demo Company (AU)", "Demo Company (UK)"]
    event = claims_of(uk.token["access_token"])["authentication_event_id"]
    (mine,) = uk.send("GET", "/connections", authEventId=event).json()
    assert mine["tenantId"] == uk.tenant
    assert uk.send("DELETE", f"/connections/{mine['tenantId']}").status_code == 403
    assert uk.send("DELETE", f"/connections/{mine['id']}").status_code == 204
    assert uk.send("DELETE", f"/connections/{mine['id']}").status_code == 404
    assert uk.send("GET", "Organisation").status_code == 403


def test_revocation_ends_every_connection(xero: StandIn, session: requests.Session) -> None:
    au = Client(xero)
    answer = session.post(
        f"{xero.url}/connect/revocation",
        data={"token": au.token["refresh_token"]},
        auth=(CLIENT_ID, CLIENT_SECRET),
    )
    assert (answer.status_code, answer.content) == (200, b"")
    dead = refresh(xero, session, au.token["refresh_token"])
    assert dead.json() == {"error": "invalid_grant"}


def test_a_custom_connection_needs_no_tenant(xero: StandIn, session: requests.Session) -> None:
    form = {"grant_type": "client_credentials", "scope": "accounting.settings"}
    url = f"{xero.url}/connect/token"
    tokens: Doc = session.post(url, data=form, auth=(CUSTOM_ID, CUSTOM_SECRET)).json()
    assert "refresh_token" not in tokens
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
    answer = session.get(f"{xero.api_url}/Organisation", headers={**headers, "xero-tenant-id": ""})
    assert answer.json()["Organisations"][0]["Name"] == "Demo Company (AU)"
    refused = session.post(url, data=form, auth=(CLIENT_ID, CLIENT_SECRET))
    assert refused.json() == {"error": "unauthorized_client"}


def test_without_offline_access_there_is_no_refresh_token(xero: StandIn) -> None:
    assert "refresh_token" not in xero.connect(scope="accounting.contacts")


def test_requests_oauthlib_can_log_in(
    xero: StandIn, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    oauth = OAuth2Session(CLIENT_ID, redirect_uri=BACK, scope=SCOPE.split())
    url, state = oauth.authorization_url(f"{xero.url}/identity/connect/authorize", auto="1")
    query = given(session.get(url, allow_redirects=False))
    assert query["state"] == state
    tokens = oauth.fetch_token(
        f"{xero.url}/connect/token", code=query["code"], client_secret=CLIENT_SECRET
    )
    assert tokens["refresh_token"]
