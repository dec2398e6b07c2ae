"""Connecting, reconnecting, disconnecting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from connector.lib.errors import Misconfigured, NotConnected
from sandbox.xero import CLIENT_ID, CUSTOM_ID, CUSTOM_SECRET, StandIn
from tests.xero.conftest import CALLBACK, log_in
from xero.api.gateway import Gateway
from xero.login import identity, oauth
from xero.models import Account, Lane, Organisation, TokenSet, XeroApp

Connect = Callable[[], list[Organisation]]


def test_a_login_connects_the_organisation_and_keeps_what_was_granted(
    connect: Connect, xero: StandIn
) -> None:
    (organisation,) = connect()

    kept = TokenSet.objects.get()
    assert organisation.name == "Demo Company (AU)"
    assert organisation.connected
    assert organisation.unavailable_reason() == ""
    assert organisation.token_set == kept
    assert kept.granted_scopes == set(identity.DEFAULT_SCOPES)
    assert kept.xero_user_id
    assert kept.auth_event_id
    (listed,) = identity.connections(kept.access_token)
    assert organisation.connection_id == listed.connection_id != organisation.tenant_id


def test_fewer_scopes_than_asked_for_are_no_error_and_are_named(
    app: XeroApp, xero: StandIn, settings: Settings
) -> None:
    settings.XERO_SCOPES = ["offline_access", "accounting.invoices", "accounting.contacts"]
    (organisation,) = oauth.finish(app, log_in(app), CALLBACK)

    assert organisation.can("accounting.invoices")
    assert not organisation.can("accounting.payments")
    assert set(organisation.missing_scopes()) == {
        "accounting.payments",
        "accounting.settings",
        "accounting.banktransactions",
    }


def test_a_code_works_once(app: XeroApp, xero: StandIn) -> None:
    code = log_in(app)
    oauth.finish(app, code, CALLBACK)

    with pytest.raises(NotConnected):
        oauth.finish(app, code, CALLBACK)
    assert TokenSet.objects.get().state == TokenSet.State.ACTIVE


def test_reconnecting_keeps_the_row_and_all_that_hangs_on_it(
    connect: Connect, xero: StandIn
) -> None:
    (before,) = connect()
    Account.objects.create(organisation=before, account_id="a", code="200", name="Sales")
    oauth.disconnect(before)

    (after,) = connect()

    assert after.pk == before.pk
    assert after.accounts.get().code == "200"
    assert (after.connected, after.disconnected_at, after.reason) == (True, None, "")
    assert TokenSet.objects.count() == 1


def test_disconnecting_ends_the_connection_at_xero_too(
    organisation: Organisation, xero: StandIn
) -> None:
    kept = TokenSet.objects.get()
    oauth.disconnect(organisation)

    assert identity.connections(kept.access_token) == []
    organisation.refresh_from_db()
    assert not organisation.connected
    assert organisation.unavailable_reason() == oauth.DISCONNECTED_HERE
    with pytest.raises(NotConnected):
        Gateway(organisation, Lane.CLICK).read("accounts")
    assert xero.tenant_stats()["total"] == 0


def test_disconnecting_what_xero_has_already_ended_is_no_error(
    organisation: Organisation, xero: StandIn
) -> None:
    xero.faults({"kind": "disconnect"})
    oauth.disconnect(organisation)
    xero.faults({"kind": "revoke_tokens"})
    oauth.disconnect(organisation)

    organisation.refresh_from_db()
    assert not organisation.connected


def test_a_second_organisation_joins_the_tokens_of_the_same_user(
    connect: Connect, xero: StandIn
) -> None:
    (first,) = connect()
    xero.config(auto_tenant="Demo Company (UK)")
    (second,) = connect()

    assert second.name == "Demo Company (UK)"
    first.refresh_from_db()
    assert first.token_set == second.token_set
    assert TokenSet.objects.count() == 1
    assert Gateway(first, Lane.CLICK).read("organisation").status == 200
    assert Gateway(second, Lane.CLICK).read("organisation").status == 200

    oauth.disconnect(first)
    second.refresh_from_db()
    assert second.connected


def test_organisations_that_vanish_from_the_list_are_marked(
    connect: Connect, xero: StandIn
) -> None:
    (first,) = connect()
    xero.config(auto_tenant="Demo Company (UK)")
    (second,) = connect()
    xero.faults({"kind": "disconnect", "params": {"tenant": second.tenant_id}})

    assert oauth.look_for_disconnects(TokenSet.objects.get()) == [second]
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.connected
    assert second.reason == oauth.DISCONNECTED_THERE


def test_revoking_a_login_ends_all_its_connections(
    organisation: Organisation, xero: StandIn
) -> None:
    kept = TokenSet.objects.select_related("app").get()
    oauth.revoke(kept)

    organisation.refresh_from_db()
    assert not organisation.connected
    kept.refresh_from_db()
    assert kept.state == TokenSet.State.RECONNECT
    with pytest.raises(NotConnected):
        identity.connections(kept.access_token)


def test_a_custom_connection_needs_no_login(xero: StandIn, db: None) -> None:
    app = XeroApp.objects.create(
        mode=XeroApp.Mode.CUSTOM, client_id=CUSTOM_ID, client_secret=CUSTOM_SECRET
    )
    (organisation,) = oauth.connect_custom(app)
    (again,) = oauth.connect_custom(app)

    assert again.pk == organisation.pk
    assert organisation.can("accounting.invoices")
    assert Gateway(organisation, Lane.CLICK).read("organisation").status == 200


def test_without_an_app_the_hint_says_where_to_get_one(db: None) -> None:
    with pytest.raises(Misconfigured) as caught:
        oauth.registered_app()
    assert "developer.xero.com" in caught.value.hint

    XeroApp.objects.create(client_id=CLIENT_ID)
    with pytest.raises(Misconfigured):
        oauth.registered_app()


def test_wrong_credentials_of_the_app_say_so(app: XeroApp, xero: StandIn) -> None:
    app.client_secret = "wrong"
    with pytest.raises(Misconfigured) as caught:
        oauth.finish(app, log_in(app), CALLBACK)

    assert caught.value.code == "xero_app"
    assert TokenSet.objects.count() == 0


def test_plain_http_to_another_machine_is_refused(app: XeroApp, settings: Settings) -> None:
    settings.XERO_LOGIN_URL = "http://login.example.com"
    settings.XERO_IDENTITY_URL = "http://identity.example.com"

    with pytest.raises(Misconfigured):
        identity.authorisation_address(app, CALLBACK)
    with pytest.raises(Misconfigured):
        identity.refresh(app, "token")
