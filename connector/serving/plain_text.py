"""No NUL in what a page is asked: no text has one, and no database takes it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

_Next = Callable[[HttpRequest], HttpResponse]


def plain_text_only(get_response: _Next) -> _Next:
    """A middleware that answers 400 where the address or the form holds a NUL."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or _holds_nul(request.GET) or _holds_nul(request.POST):
            raise BadRequest("The address or the form holds a character that no text has.")
        return get_response(request)

    return middleware


def _holds_nul(given: QueryDict) -> bool:
    return any("\0" in text for key, values in given.lists() for text in (key, *values))
