"""All that one page asks of others has one end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from django.http import HttpRequest, HttpResponse

from connector.lib.errors import OutcomeUnknown, Temporary
from connector.lib.outgoing import http, patience
from connector.lib.outgoing.patience import at_most, left
from tests.conftest import reply

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]


def late(handler: BaseHTTPRequestHandler) -> None:
    """Within the limits of one call."""
    time.sleep(0.12)
    reply(handler, b"{}")


def test_calls_that_are_each_in_time_have_one_end_together(
    serve: Serve, private_hosts: None
) -> None:
    session, url, answered = http.session(), serve(late), []

    def ask() -> None:
        for _ in range(60):
            answered.append(session.get(url))

    with pytest.raises(Temporary, match="did not answer in time"), at_most(0.5):
        ask()
    assert len(answered) < 10
    assert session.get(url).ok, "the end was of what was within"


def test_nothing_is_tried_again_that_would_outlast_it(serve: Serve, private_hosts: None) -> None:
    asked: list[int] = []

    def busy(handler: BaseHTTPRequestHandler) -> None:
        asked.append(1)
        handler.send_response(503)
        handler.send_header("Retry-After", "2")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with pytest.raises(Temporary), at_most(1.5):
        http.get(http.session(), serve(busy))
    assert len(asked) == 1


def test_a_write_that_is_broken_off_is_not_known(serve: Serve, private_hosts: None) -> None:
    url = serve(lambda handler: time.sleep(0.5))
    with pytest.raises(OutcomeUnknown), at_most(0.15):
        http.session().put(url, json={})


def test_the_nearer_end_counts() -> None:
    assert left() == math.inf
    with at_most(1):
        with at_most(60):
            assert left() <= 1
        with at_most(0.1):
            assert left() <= 0.1
        assert 0.1 < left() <= 1
    assert left() == math.inf


def test_what_a_view_raises_goes_on_and_the_end_is_lifted() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        patience.patient(view)(HttpRequest())
    assert left() == math.inf
