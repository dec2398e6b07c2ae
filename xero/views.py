"""Log-in at Xero and back. Every answer is a redirect: no page that could keep a code or token."""

from __future__ import annotations

import hmac

from celery.exceptions import NotRegistered
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from connector.lib import doorbell
from connector.lib.errors import ConnectorError, NeedsAttention
from connector.lib.rights import ORGANISATIONS, right
from xero.login import identity, oauth
from xero.models import Organisation, XeroApp

_STATE = "xero_state"
_NEXT = "xero_next"


@never_cache
@login_required
@right(ORGANISATIONS, reading=False)
@require_GET
def connect(request: HttpRequest) -> HttpResponse:
    """Go to Xero's log-in; a custom connection needs none and is made at once.

    `?next=` is the page of ours to come back to.
    """
    request.session[_NEXT] = request.GET.get("next", "")
    try:
        app = oauth.registered_app()
        if app.mode == XeroApp.Mode.CUSTOM:
            return _connected(request, oauth.connect_custom(app))
        address, request.session[_STATE] = identity.authorisation_address(app, _callback_address())
    except ConnectorError as error:
        return _failed(request, error)
    return redirect(address)


@never_cache
@login_required
@right(ORGANISATIONS, reading=False)
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Xero sends the person back here, with a code or an error, and the state of this session."""
    expected = request.session.pop(_STATE, "")
    if not expected or not hmac.compare_digest(expected, request.GET.get("state", "")):
        messages.error(
            request, _("This log-in did not start here, or was already used. Connect again.")
        )
        return redirect(_way_back(request))
    code = request.GET.get("code", "")
    if not code:
        messages.error(request, _refusal(request.GET.get("error", "")))
        return redirect(_way_back(request))
    try:
        return _connected(request, oauth.finish(oauth.registered_app(), code, _callback_address()))
    except ConnectorError as error:
        return _failed(request, error)


@never_cache
@login_required
@right(ORGANISATIONS, reading=False)
@require_POST
def disconnect(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """End the connection to one organisation, at Xero too."""
    request.session[_NEXT] = request.POST.get("next", "")
    organisation = get_object_or_404(
        Organisation.objects.select_related("token_set__app"), pk=organisation_id
    )
    try:
        oauth.disconnect(organisation)
    except ConnectorError as error:
        return _failed(request, error)
    messages.success(
        request,
        _("%(organisation)s is disconnected. Its mappings are kept.")
        % {"organisation": organisation},
    )
    return redirect(_way_back(request))


def _connected(request: HttpRequest, organisations: list[Organisation]) -> HttpResponse:
    for organisation in organisations:
        messages.success(
            request, _("%(organisation)s is connected.") % {"organisation": organisation}
        )
        missing = organisation.missing_scopes()
        if missing:
            uses = ", ".join(missing.values())
            messages.warning(
                request,
                _("%(organisation)s: Xero gave no right for %(uses)s.")
                % {"organisation": organisation, "uses": uses},
            )
        try:
            doorbell.ring("xero.refresh_reference", organisation.pk)
        except NotRegistered:
            continue  # nobody is there to ring for; the sweep reads it by its column
    return redirect(_way_back(request))


def _failed(request: HttpRequest, error: ConnectorError) -> HttpResponse:
    hint = error.hint if isinstance(error, NeedsAttention) else _("Try again in a minute.")
    messages.error(request, f"{error} {hint}".strip())
    return redirect(_way_back(request))


def _refusal(error: str) -> str:
    """Words for what Xero's log-in page reports (RFC 6749, section 4.1.2.1)."""
    if error == "access_denied":
        return _("The connection was not allowed at Xero. Nothing has changed.")
    if error in ("invalid_scope", "unauthorized_client"):
        return _("Xero does not give this app the rights it asks for. Check its scopes at Xero.")
    return _("Xero did not complete the log-in. Connect again.")


def _callback_address() -> str:
    """Must be, letter for letter, one of the redirect URIs entered at Xero."""
    return f"{settings.PUBLIC_URL}{reverse('xero:callback')}"


def _way_back(request: HttpRequest) -> str:
    """The page that was asked for, if it is one of ours; else the start page."""
    wanted = str(request.session.pop(_NEXT, "") or "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return settings.LOGIN_REDIRECT_URL
