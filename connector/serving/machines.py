"""Calls of machines are answered before all that pages need.

A shop in a hurry calls hundreds of times a second, and Xero wants neither cookies nor a body.
Session, log-in, messages, the policy for browsers and two lines of log a request would be
most of such a call's cost. What its view refuses, it logs itself.

`MACHINES` names every address that is called without a person's log-in, with what it believes
instead; `connector/pages/closed.py` refuses to start with any other.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

MACHINES = frozenset(
    {
        "healthz",  # says "ok", and nothing else
        "sync:shop-hook",  # signed by the shop
        "sync:shop-hook-below",
        "sync:shop-trigger",  # the address of a shop's cron holds a token
        "sync:stock-call",  # signed by the outside system
        "sync:xero-hook",  # signed by Xero
    }
)
_PREFIXES = ("/hooks/", "/xero/webhook/")
_Next = Callable[[HttpRequest], HttpResponse]


def machines_first(get_response: _Next) -> _Next:
    """A middleware that leaves out those after it for the addresses that machines call."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_PREFIXES):
            return get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return get_response(request)
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer

    return middleware
