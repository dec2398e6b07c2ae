"""The addresses that these tests need, wherever the project mounts them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def start(request: HttpRequest) -> HttpResponse:
    return HttpResponse("start")


urlpatterns = [
    path("", start),
    path("accounts/", include("allauth.urls")),
    path("xero/", include("xero.urls")),
]
