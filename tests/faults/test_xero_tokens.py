"""A process is killed between Xero's answer to a refresh and the save of its tokens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest
import requests
import time_machine

from connector.lib import clock
from connector.lib.errors import NotConnected, Temporary
from sandbox.xero import StandIn
from tests.xero.conftest import Relay, app, connect, environment, organisation, relay, xero
from xero.api.gateway import Gateway
from xero.login import tokens
from xero.models import Lane, Organisation, TokenSet

# Fixtures of another folder.
__all__ = ["app", "connect", "organisation", "relay", "xero"]

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def kill_a_refresher(relay: Relay, token_set_id: int) -> None:
    """Start a refresh in a process, and kill it once Xero has answered."""
    answered, killed = threading.Event(), threading.Event()

    def hold(handler: BaseHTTPRequestHandler, answer: requests.Response) -> None:
        assert answer.status_code == 200, "Xero has rotated the token"
        answered.set()
        killed.wait(20)
        relay.lose(handler, answer)

    relay.spoil = hold
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.xero.worker", "1", "token", str(token_set_id)],
        env=environment(),
        start_new_session=True,
    )
    assert answered.wait(30)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    killed.set()
    relay.spoil = relay.pass_on


def test_the_successor_of_a_killed_refresher_goes_on_within_the_grace(
    relay: Relay, organisation: Organisation, xero: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_POLL_SECONDS", 0.2)
    TokenSet.objects.update(expires_at=clock.now())
    kept = TokenSet.objects.get()

    kill_a_refresher(relay, kept.pk)

    left = TokenSet.objects.get()
    assert left.refresh_token == kept.refresh_token
    assert left.claimed_until is not None
    with pytest.raises(Temporary):
        tokens.access_token(kept.pk)
    assert len(relay.requests) == 1, "the lease of the dead is respected"

    with time_machine.travel(left.claimed_until + timedelta(seconds=1)):
        assert tokens.keep_alive() == 1
        assert Gateway(organisation, Lane.LIVE).read("organisation").status == 200
    assert [r["refresh_token"] for r in relay.requests] == [[kept.refresh_token]] * 2


def test_after_the_grace_the_connection_says_reconnect(
    relay: Relay, organisation: Organisation, xero: StandIn
) -> None:
    TokenSet.objects.update(expires_at=clock.now())
    kept = TokenSet.objects.get()

    kill_a_refresher(relay, kept.pk)

    with (
        time_machine.travel(clock.now() + timedelta(minutes=31)),
        pytest.raises(NotConnected) as caught,
    ):
        tokens.access_token(kept.pk)
    assert caught.value.code == "reconnect"
    organisation.refresh_from_db()
    assert organisation.unavailable_reason() == tokens.RECONNECT
