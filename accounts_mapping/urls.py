"""Addresses of the chart of accounts and of the mapping."""

from __future__ import annotations

from django.urls import path

from accounts_mapping import views

app_name = "accounts"

urlpatterns = [
    path("chart-of-accounts/", views.chart, name="chart"),
    path("chart-of-accounts/<int:pk>/refresh/", views.refresh, name="refresh"),
]
