"""Who may have an account, and how often a password is tried.

Log-ins are made by an administrator, never by sign-up.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import clean_client_ip
from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.log_in import tries
from connector.templatetags.pages import of


class AccountAdapter(DefaultAccountAdapter):
    """allauth with sign-up closed and tries counted by `tries`."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            gettext_lazy(
                "The user name and the password do not go together. Check both; capitals "
                "matter in the password."
            )
        ),
        "too_many_login_attempts": (
            gettext_lazy(
                "Too many wrong codes were tried, so that this one was not looked at. Wait "
                "five minutes, then try again."
            )
        ),
        "rate_limited": (
            gettext_lazy(
                "This was tried too often, so that it was not looked at. Wait five minutes, "
                "then try again."
            )
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the person's browser is, as the outermost trusted proxy saw it.

        What stands further left in the header was said by the browser itself. "" where there
        is no address, as behind a Unix socket.
        """
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        count = settings.TRUSTED_PROXY_COUNT
        said = hops[-count] if 0 < count <= len(hops) else ""
        return clean_client_ip(said) or clean_client_ip(request.META.get("REMOTE_ADDR", "")) or ""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        account = credentials.get("username") or credentials.get("email") or ""
        # Whoever has one IPv6 address has the whole network around it.
        address = truncate_ip(self.get_client_ip(request))
        try:
            self._tried = tries.take(account, address)
        except tries.TooManyTries as error:
            raise ValidationError(
                _(
                    "Too many wrong passwords were tried for this user name from where you "
                    "are. This one was not looked at, so it may be right. Try again in "
                    "%(wait)s."
                )
                % {"wait": _wait(error)},
                code="too_many_login_attempts",
            ) from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            tries.give_back(self._tried)
        return user


def _wait(error: tries.TooManyTries) -> str:
    """Rounded up: who waits so long gets in."""
    seconds = (error.again_at - clock.now()).total_seconds()
    return of(max(1, ceil(seconds / 60)), "minute")
