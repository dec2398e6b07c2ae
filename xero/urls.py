from __future__ import annotations

from django.urls import path

from xero import views

app_name = "xero"
urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("callback/", views.callback, name="callback"),
    path("disconnect/<int:organisation_id>/", views.disconnect, name="disconnect"),
]
