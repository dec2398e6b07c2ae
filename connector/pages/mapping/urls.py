"""Addresses of the chart of accounts and of the mapping."""

from __future__ import annotations

from django.urls import path

from connector.pages.mapping import chart as views
from connector.pages.mapping import draft, try_it, versions

app_name = "accounts"

urlpatterns = [
    path("chart-of-accounts/", views.chart, name="chart"),
    path("chart-of-accounts/<int:pk>/refresh/", views.refresh, name="refresh"),
    path("mapping/<slug:slug>/draft/", draft.draft_page, name="draft"),
    path("mapping/<slug:slug>/draft/change/", draft.change_act, name="draft-change"),
    path("mapping/<slug:slug>/draft/publish/", draft.publish_page, name="draft-publish"),
    path("mapping/<slug:slug>/draft/discard/", draft.discard_page, name="draft-discard"),
    path("mapping/<slug:slug>/draft/try/", try_it.try_page, name="draft-try"),
    path("mapping/<slug:slug>/draft/try/start/", try_it.try_start, name="draft-try-start"),
    path("mapping/<slug:slug>/versions/", versions.versions_page, name="versions"),
    path("mapping/<slug:slug>/versions/<int:number>/", versions.version_page, name="version"),
    path(
        "mapping/<slug:slug>/versions/<int:number>/back/", versions.back_page, name="version-back"
    ),
    path(
        "mapping/<slug:slug>/versions/<int:number>/hand-on/",
        versions.hand_on_page,
        name="version-hand-on",
    ),
]
