"""System checks: what in the settings cannot work, or should not be used in earnest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import validate_host

from connector.lib import clock, crypto
from connector.lib.outgoing import addresses

XERO_ADDRESSES = ("XERO_LOGIN_URL", "XERO_IDENTITY_URL", "XERO_API_URL")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Whether the address names this machine by one of the usual names."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def xero_is_plain_http_on_loopback() -> bool:
    """Whether Xero is a stand-in on this machine: the only case for OAuth without TLS."""
    urls = [str(getattr(settings, name)) for name in XERO_ADDRESSES]
    plain = [url for url in urls if url.startswith("http:")]
    return bool(plain) and all(is_loopback(url) for url in plain)


def _is_public(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return addresses.is_public(host)
    except ValueError:  # a name
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))


@register(Tags.security)
def check_xero_addresses(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """E001: Xero without TLS. E002: a sandbox that would reach the real Xero."""
    found: list[CheckMessage] = []
    for name in XERO_ADDRESSES:
        url = str(getattr(settings, name))
        if url.startswith("http:") and not is_loopback(url):
            found.append(
                Error(
                    f"{name} is plain http.",
                    hint="Use https; plain http is for a stand-in on 127.0.0.1 only.",
                    id="connector.E001",
                )
            )
        elif settings.SANDBOX and not is_loopback(url):
            found.append(
                Error(
                    f"SANDBOX is on, but {name} is not on this machine.",
                    hint=f"Point {name} at the stand-in, or unset SANDBOX.",
                    id="connector.E002",
                )
            )
    return found


@register(Tags.security)
def check_debug(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """E003: error pages with local variables for the whole internet."""
    if settings.DEBUG and _is_public(settings.PUBLIC_URL):
        return [
            Error(
                "DEBUG is on and PUBLIC_URL is a public address.",
                hint="Unset DEBUG: its error pages show settings and data to anybody.",
                id="connector.E003",
            )
        ]
    return []


@register()
def check_data_dir(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """E004: DATA_DIR is missing or cannot be written."""
    path = settings.DATA_DIR
    if path.is_dir() and os.access(path, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"DATA_DIR ({path}) is not a directory that this user can write to.",
            hint="Create it and give it to the user that runs the product, or set DATA_DIR.",
            id="connector.E004",
        )
    ]


@register(Tags.security)
def check_encryption_keys(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """E005: a key that cannot be used. The key itself is never shown."""
    try:
        crypto.Keyring(settings.FIELD_ENCRYPTION_KEYS)
    except ValueError as error:
        return [
            Error(
                f"FIELD_ENCRYPTION_KEYS: {error}.",
                hint="Give a comma list of base64 keys, newest first. A new one: "
                "head -c 32 /dev/urandom | base64",
                id="connector.E005",
            )
        ]
    return []


@register(Tags.security)
def check_clock(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """E006: time that runs fast outside a sandbox would break Xero's limits and the books."""
    if clock.scale() != 1 and not settings.SANDBOX:
        return [
            Error(
                f"CLOCK_SCALE is {clock.scale():g}, and this is no sandbox.",
                hint="Unset CLOCK_SCALE; it is for load tests against the stand-in Xero.",
                id="connector.E006",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_private_hosts(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """W001: shop addresses may point into the own network (`check --deploy`)."""
    if settings.ALLOW_PRIVATE_HOSTS and not settings.SANDBOX:
        return [
            Warning(
                "ALLOW_PRIVATE_HOSTS is on: shop addresses may point into your own network.",
                hint="Unset it unless a shop really is in your own network.",
                id="connector.W001",
            )
        ]
    return []


@register()
def check_public_host(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """W002: pages under PUBLIC_URL would be refused."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [
        Warning(
            f"ALLOWED_HOSTS does not contain {host}, the host of PUBLIC_URL.",
            hint=f"Add it: ALLOWED_HOSTS={','.join([*settings.ALLOWED_HOSTS, host])}",
            id="connector.W002",
        )
    ]
