"""Addresses of orders and customers, of the reports on them, and those that shops and Xero call."""

from __future__ import annotations

from django.urls import include, path

from connector.pages.contacts.duplicates import (
    duplicate_decide,
    duplicate_list,
    duplicate_take_back,
)
from connector.pages.orders.already import already_decide, already_link_alike, already_list
from connector.pages.orders.detail import order_detail, order_preview, order_record
from connector.pages.orders.edited import orders_difference
from connector.pages.orders.leave_out import (
    orders_exclude,
    orders_handle,
    orders_reopen,
    orders_undo,
)
from connector.pages.orders.list import order_list, orders_approve, orders_sync
from connector.pages.orders.shop_writes import customers_tell_shop, orders_tell_shop
from connector.pages.orders.summary import summary_approve, summary_detail
from connector.pages.reports.reconcile import (
    difference_handle,
    difference_reopen,
    reconcile_page,
    reconcile_start,
)
from connector.pages.reports.reconcile_day import reconcile_day
from connector.pages.stores.backfill import backfill_act, backfill_page
from connector.pages.stores.stock import stock_call, store_stock
from sync.endpoints import shop_hook, shop_trigger, xero_hook

app_name = "sync"

urlpatterns = [
    path("hooks/<slug:slug>/", shop_hook, name="shop-hook"),
    path("hooks/<slug:slug>/run/<str:token>/", shop_trigger, name="shop-trigger"),
    path("hooks/<slug:slug>/<path:rest>", shop_hook, name="shop-hook-below"),
    path("xero/webhook/", xero_hook, name="xero-hook"),
    path("", include("connector.pages.attention.urls")),
    path("orders/", order_list, name="orders"),
    path("orders/sync/", orders_sync, name="orders-sync"),
    path("orders/approve/", orders_approve, name="orders-approve"),
    path("orders/tell-shop/", orders_tell_shop, name="orders-tell-shop"),
    path("orders/post-difference/", orders_difference, name="orders-difference"),
    path("orders/do-not-sync/", orders_exclude, name="orders-exclude"),
    path("orders/already-in-xero/", already_list, name="already"),
    path("orders/already-in-xero/link-alike/", already_link_alike, name="already-link-alike"),
    path("orders/already-in-xero/<int:pk>/", already_decide, name="already-decide"),
    path("stores/<slug:slug>/backfill/", backfill_page, name="backfill"),
    path("stores/backfills/<int:pk>/", backfill_act, name="backfill-act"),
    path("orders/summaries/<int:pk>/", summary_detail, name="summary-detail"),
    path("orders/summaries/<int:pk>/approve/", summary_approve, name="summary-approve"),
    path("orders/handled-by-hand/", orders_handle, name="orders-handle"),
    path("orders/reopen/", orders_reopen, name="orders-reopen"),
    path("orders/undo/", orders_undo, name="orders-undo"),
    # The only report so far.
    path("reports/", reconcile_page, name="reports"),
    path("reports/reconcile/", reconcile_page, name="reconcile"),
    path("reports/reconcile/start/", reconcile_start, name="reconcile-start"),
    path("reports/reconcile/day/", reconcile_day, name="reconcile-day"),
    path(
        "reports/reconcile/differences/<int:pk>/handle/",
        difference_handle,
        name="difference-handle",
    ),
    path("reports/reconcile/handled/<int:pk>/reopen/", difference_reopen, name="handled-reopen"),
    path("orders/<int:pk>/", order_detail, name="order-detail"),
    path("orders/<int:pk>/preview/", order_preview, name="order-preview"),
    path("orders/<int:pk>/record/", order_record, name="order-record"),
    path("stock/<slug:slug>/", stock_call, name="stock-call"),
    path("stores/<slug:slug>/stock/", store_stock, name="store-stock"),
    path("customers/duplicates/", duplicate_list, name="duplicates"),
    path("customers/duplicates/decide/", duplicate_decide, name="duplicates-decide"),
    path("customers/tell-shop/", customers_tell_shop, name="customers-tell-shop"),
    path("customers/duplicates/take-back/", duplicate_take_back, name="duplicates-take-back"),
]
