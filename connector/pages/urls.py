"""Addresses of pages that belong to no one app."""

from __future__ import annotations

from django.urls import path

from connector.pages.first_run import FirstRun
from connector.pages.installation import installation
from connector.pages.not_carried_out import not_carried_out
from connector.pages.orders.preview import store_preview
from connector.pages.overview import overview
from connector.pages.parts.styleguide import styleguide
from connector.pages.stores.actions import (
    store_pair,
    store_read,
    store_switch,
    store_test,
    store_trigger,
)
from connector.pages.stores.archive import store_archive
from connector.pages.stores.detail import store_page
from connector.pages.stores.diagnostics import diagnostics
from connector.pages.stores.keys import store_add, store_keys
from connector.pages.stores.list import stores_page
from connector.pages.stores.products import store_products
from connector.pages.stores.secret import store_secret
from connector.pages.stores.settings import store_edit
from connector.pages.xero import xero_page

app_name = "dashboard"

urlpatterns = [
    path("", overview, name="overview"),
    path("first-run/", FirstRun.as_view(), name="first-run"),
    path("not-carried-out/", not_carried_out, name="not-carried-out"),
    path("xero/", xero_page, name="xero"),
    path("settings/", installation, name="settings"),
    path("styleguide/", styleguide, name="styleguide"),
    path("diagnostics/", diagnostics, name="diagnostics"),
    path("stores/", stores_page, name="stores"),
    path("add-store/", store_add, name="store-add"),
    path("stores/<slug:slug>/", store_page, name="store"),
    path("stores/<slug:slug>/diagnostics/", diagnostics, name="store-diagnostics"),
    path("stores/<slug:slug>/preview/", store_preview, name="store-preview"),
    path("stores/<slug:slug>/edit/", store_edit, name="store-edit"),
    path("stores/<slug:slug>/products/", store_products, name="store-products"),
    path("stores/<slug:slug>/keys/", store_keys, name="store-keys"),
    path("stores/<slug:slug>/secret/", store_secret, name="store-secret"),
    path("stores/<slug:slug>/archive/", store_archive, name="store-archive"),
    path("stores/<slug:slug>/switch/", store_switch, name="store-switch"),
    path("stores/<slug:slug>/test/", store_test, name="store-test"),
    path("stores/<slug:slug>/pair/", store_pair, name="store-pair"),
    path("stores/<slug:slug>/read/<str:stream>/", store_read, name="store-read"),
    path("stores/<slug:slug>/trigger/", store_trigger, name="store-trigger"),
]
