"""A stand-in Xero on loopback, and organisations connected to it by a real log-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from sandbox.xero import CLIENT_ID, CLIENT_SECRET, StandIn
from tests.conftest import reply
from xero.login import identity, oauth
from xero.models import Organisation, XeroApp

CALLBACK = "http://localhost:8000/xero/callback/"


@pytest.fixture
def xero(settings: Settings) -> Iterator[StandIn]:
    """The stand-in, and the settings pointing at it."""
    with StandIn(auto_consent=True) as server:
        settings.XERO_LOGIN_URL = server.url
        settings.XERO_IDENTITY_URL = server.url
        settings.XERO_API_URL = server.url
        yield server


@pytest.fixture
def app(db: None) -> XeroApp:
    return XeroApp.objects.create(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


def log_in(app: XeroApp) -> str:
    """Go through Xero's log-in as a person would; the code that comes back."""
    address, state = identity.authorisation_address(app, CALLBACK)
    answer = requests.get(address, allow_redirects=False, timeout=5)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == [state]
    return query["code"][0]


@pytest.fixture
def connect(xero: StandIn, app: XeroApp) -> Callable[[], list[Organisation]]:
    """Log in and connect; may be called again to reconnect."""
    return lambda: oauth.finish(app, log_in(app), CALLBACK)


@pytest.fixture
def organisation(connect: Callable[[], list[Organisation]]) -> Organisation:
    """Demo Company (AU), connected."""
    return connect()[0]


class Relay:
    """Stands between the connector and the stand-in's token endpoint, and spoils answers.

    Each request is carried out there first. `spoil` is then called with the handler and the
    answer, and may wait, send something else, or nothing.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.requests: list[dict[str, list[str]]] = []
        self.spoil: Callable[[BaseHTTPRequestHandler, requests.Response], None] = self.pass_on

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.requests.append(parse_qs(body.decode()))
        answer = requests.post(
            self.upstream + handler.path,
            data=body,
            headers={
                "Authorization": handler.headers["Authorization"],
                "Content-Type": handler.headers["Content-Type"],
            },
            timeout=5,
        )
        self.spoil(handler, answer)

    @staticmethod
    def pass_on(handler: BaseHTTPRequestHandler, answer: requests.Response) -> None:
        reply(handler, answer.content, status=answer.status_code)

    @staticmethod
    def lose(handler: BaseHTTPRequestHandler, answer: requests.Response) -> None:
        handler.close_connection = True
        handler.connection.close()


@pytest.fixture
def relay(
    xero: StandIn,
    organisation: Organisation,
    serve: Callable[[Callable[[BaseHTTPRequestHandler], None]], str],
    settings: Settings,
) -> Relay:
    """The token endpoint behind a relay, for an organisation that is connected already."""
    made = Relay(xero.url)
    settings.XERO_IDENTITY_URL = serve(made)
    return made


def environment(**variables: str) -> dict[str, str]:
    """For a process that works on this test's database and stand-in."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return {
        **os.environ,
        "DATABASE_URL": url,
        "XERO_LOGIN_URL": django_settings.XERO_LOGIN_URL,
        "XERO_IDENTITY_URL": django_settings.XERO_IDENTITY_URL,
        "XERO_API_URL": django_settings.XERO_API_URL,
        **variables,
    }


def in_processes(count: int, *job: str, **variables: str) -> list[Any]:
    """What `count` processes of `tests.xero.worker` return that begin together."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.xero.worker", str(count), *job],
        env=environment(**variables),
        stdout=subprocess.PIPE,
        check=True,
        timeout=500,
    )
    results: list[Any] = json.loads(done.stdout)
    return results
