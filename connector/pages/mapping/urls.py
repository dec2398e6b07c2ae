"""Addresses of the chart of accounts and of the mapping."""

from __future__ import annotations

from django.urls import path

from connector.pages.mapping import chart as views
from connector.pages.mapping import draft, try_it, versions
from connector.pages.mapping.inbox import inbox
from connector.pages.mapping.proposals import make_missing, proposals
from connector.pages.subjects import money_rows, orders_rows, overview, plain, products, taxes

app_name = "accounts"

urlpatterns = [
    path("chart-of-accounts/", views.chart, name="chart"),
    path("chart-of-accounts/tax-rates/", views.tax_rates, name="tax-rates"),
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
    path("mapping/", overview.mappings, name="mapping"),
    path("mapping/<slug:slug>/", overview.mapping, name="mapping-store"),
    path("mapping/<slug:slug>/accounts/", plain.accounts, name="mapping-accounts"),
    path("mapping/<slug:slug>/payments/", money_rows.payments, name="mapping-payments"),
    path("mapping/<slug:slug>/taxes/", taxes.taxes, name="mapping-taxes"),
    path("mapping/<slug:slug>/total-rows/", money_rows.total_rows, name="mapping-total-rows"),
    path("mapping/<slug:slug>/statuses/", plain.statuses, name="mapping-statuses"),
    path("mapping/<slug:slug>/posting/", plain.posting, name="mapping-posting"),
    path("mapping/<slug:slug>/contacts/", plain.contacts, name="mapping-contacts"),
    path("mapping/<slug:slug>/items/", plain.items, name="mapping-items"),
    path("mapping/<slug:slug>/refunds/", plain.refunds, name="mapping-refunds"),
    path("mapping/<slug:slug>/gift-cards/", plain.gift_cards, name="mapping-gift-cards"),
    path("mapping/<slug:slug>/tracking/", orders_rows.tracking, name="mapping-tracking"),
    path("mapping/<slug:slug>/lookups/", orders_rows.lookups, name="mapping-lookups"),
    path("mapping/<slug:slug>/rules/", orders_rows.rules, name="mapping-rules"),
    path("mapping/<slug:slug>/products/", products.products, name="mapping-products"),
    path("mapping/<slug:slug>/products.csv", products.products_out, name="mapping-products-out"),
    path("mapping/<slug:slug>/products/in/", products.products_in, name="mapping-products-in"),
    path("mapping/<slug:slug>/inbox/", inbox, name="mapping-inbox"),
    path("mapping/<slug:slug>/proposals/", proposals, name="mapping-proposals"),
    path("mapping/<slug:slug>/accounts-in-xero/", make_missing, name="mapping-make-account"),
]
