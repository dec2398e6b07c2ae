"""Every page is closed unless its view says otherwise.

`closed(urlpatterns)` in `connector/urls.py` is the one place. A view that must answer without
a log-in (hooks, health checks, the log-in itself) says so with Django's own
`django.contrib.auth.decorators.login_not_required`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.cache import add_never_cache_headers

View = Callable[..., HttpResponse]
Patterns = list[URLPattern | URLResolver]


def closed(patterns: Patterns) -> Patterns:
    """The same addresses, with a log-in asked for wherever a view does not waive it."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            closed(pattern.url_patterns)
        elif getattr(pattern.callback, "login_required", True):
            pattern.callback = _closed_view(pattern.callback)
    return patterns


def _closed_view(view: View) -> View:
    if getattr(view, "is_closed", False):
        return view

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _way_in(request)
        response = view(request, *args, **kwargs)
        # What a page shows must not be found in the browser's cache after the log-out.
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    guarded.is_closed = True  # type: ignore[attr-defined]
    return guarded


def _way_in(request: HttpRequest) -> HttpResponse:
    """The log-in; on a fresh installation the page that makes the first administrator."""
    if not get_user_model().objects.exists():
        return redirect("dashboard:first-run")
    return redirect_to_login(request.get_full_path())
