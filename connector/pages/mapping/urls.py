"""Addresses of the chart of accounts and of the mapping."""

from __future__ import annotations

from django.urls import path

from connector.pages.mapping import chart as views

app_name = "accounts"

urlpatterns = [
    path("chart-of-accounts/", views.chart, name="chart"),
    path("chart-of-accounts/<int:pk>/refresh/", views.refresh, name="refresh"),
]
