"""Addresses of what waits for a person, and of what is done to all orders that fit."""

from __future__ import annotations

from django.urls import path

from connector.pages.attention.all_matching import all_orders, all_orders_act, bulk_act, bulk_page
from connector.pages.attention.page import attention

urlpatterns = [
    path("attention/", attention, name="attention"),
    path("orders/all/", all_orders, name="orders-all"),
    path("orders/all/<slug:what>/", all_orders_act, name="orders-all-act"),
    path("orders/bulk/<int:pk>/", bulk_page, name="bulk"),
    path("orders/bulk/<int:pk>/act/", bulk_act, name="bulk-act"),
]
