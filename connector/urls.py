"""Addresses. Each area of pages brings its own `urls.py`; only what is in none stands here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from connector.doctor import writable
from connector.pages.closed import closed


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" if the database and DATA_DIR can be written, else 503. For load balancers: needs no
    log-in."""
    if wrong := writable.complaint():
        return HttpResponse(f"{wrong}\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


# Closed by default: a view that needs no log-in says so itself.
urlpatterns = closed(
    [
        path("accounts/", include("allauth.urls")),
        path("healthz", healthz, name="healthz"),
        path("", include("connector.pages.urls")),
        path("", include("connector.pages.orders.urls")),
        path("", include("connector.pages.mapping.urls")),
        path("set-up/", include("connector.pages.wizard.urls")),
        path("xero/", include("xero.urls")),
    ]
)
