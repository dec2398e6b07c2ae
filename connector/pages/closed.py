"""Every page is closed unless its view says otherwise, and so is everything that it can do.

`closed(urlpatterns)` in `connector/urls.py` is the one place. A view says what it asks for with
`connector.lib.rights.right`. One that must answer without a log-in (hooks, health checks, the
log-in itself) says so with Django's own `login_not_required`, and stands below or in
`connector/serving/machines.py` by the name of its address: opening an address takes two words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from connector.lib.rights import NOTHING_SAID, SAFE_METHODS, asking, declared
from connector.serving.machines import MACHINES

View = Callable[..., HttpResponse]
Patterns = list[URLPattern | URLResolver]

# The way in and out. None of them shows or changes anything but the visitor's own log-in.
ENTRANCES = frozenset(
    {
        "account_confirm_email",
        "account_confirm_login_code",
        "account_email_verification_sent",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_signup",  # closed by the adapter: says so
        "dashboard:first-run",  # leads away as soon as somebody has an account
        "mfa_authenticate",  # the second step of a log-in
    }
)
# Of a person's own account: whoever is logged in may change it.
OWN_ACCOUNT = frozenset(
    {
        "account_change_password",
        "account_email",
        "account_reauthenticate",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_view_recovery_codes",
    }
)


def closed(patterns: Patterns, space: str = "") -> Patterns:
    """The same addresses, each asking for a log-in and its right unless it is named above."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            closed(pattern.url_patterns, inner)
            continue
        name = f"{space}{pattern.name}"
        if getattr(pattern.callback, "login_required", True):
            pattern.callback = _closed_view(pattern.callback, own=name in OWN_ACCOUNT)
        elif name not in ENTRANCES | MACHINES:
            raise ImproperlyConfigured(
                f"{name} answers without a log-in, but is named neither in "
                "connector/serving/machines.py nor in connector/pages/closed.py."
            )
    return patterns


def _closed_view(view: View, *, own: bool) -> View:
    if getattr(view, "is_closed", False):
        return view
    if declared(view) is None and not own:
        view = asking(NOTHING_SAID)(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _way_in(request)
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render(request, "405.html").content
        # What a page shows must not be found in the browser's cache after the log-out.
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    guarded.is_closed = True  # type: ignore[attr-defined]
    return guarded


def _way_in(request: HttpRequest) -> HttpResponse:
    """The log-in; on a fresh installation the page that makes the first administrator.

    What was clicked is not carried out after the log-in: nobody can tell how long ago the page
    was looked at. The person comes back to that page, and is told.
    """
    if not get_user_model().objects.exists():
        return redirect("dashboard:first-run")
    back = request.get_full_path()
    if request.method not in SAFE_METHODS:
        told = reverse("dashboard:not-carried-out", urlconf="connector.urls")
        back = f"{told}?{urlencode({'page': page_of(request)})}"
    elif "HX-Request" in request.headers:  # a part of a page: the whole page goes to the log-in
        return HttpResponseClientRedirect(redirect_to_login(back).url)
    return redirect_to_login(back)


def page_of(request: HttpRequest) -> str:
    """The page of ours on which a form was sent; the start page where nobody says."""
    for said in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if said and url_has_allowed_host_and_scheme(
            said, {request.get_host()}, request.is_secure()
        ):
            parts = urlsplit(said)
            return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return settings.LOGIN_REDIRECT_URL
