"""Addresses of the set-up."""

from __future__ import annotations

from django.urls import path

from connector.pages.wizard import access, configure, environment, launch, start, validate

app_name = "set-up"

urlpatterns = [
    path("", start.start, name="start"),
    path("xero/", access.without_store, name="without-store"),
    path("file/", start.file, name="file"),
    path("<slug:slug>/", start.resume, name="resume"),
    path("<slug:slug>/access/", access.access, name="access"),
    path("<slug:slug>/configure/", configure.configure, name="configure"),
    path("<slug:slug>/read/", configure.read, name="read"),
    path("<slug:slug>/validate/", validate.validate, name="validate"),
    path("<slug:slug>/validate/post/", validate.post_one, name="post-one"),
    path("<slug:slug>/launch/", launch.launch, name="launch"),
    path("<slug:slug>/launch/confirm/", launch.go_live, name="go-live"),
    path("<slug:slug>/environment/", environment.confirm_sandbox, name="environment"),
]
