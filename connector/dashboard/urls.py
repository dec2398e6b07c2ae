"""Addresses of pages that belong to no one app."""

from __future__ import annotations

from django.urls import path

from connector.dashboard.first_run import FirstRun, next_steps
from connector.dashboard.overview import overview
from connector.dashboard.xero_page import xero_page

app_name = "dashboard"

urlpatterns = [
    path("", overview, name="overview"),
    path("first-run/", FirstRun.as_view(), name="first-run"),
    path("next-steps/", next_steps, name="next-steps"),
    path("xero/", xero_page, name="xero"),
]
