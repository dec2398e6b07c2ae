"""Where shops, their crons and Xero call: no log-in, no cookie, no body in the answer."""

from __future__ import annotations

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from connector.lib import clock, doorbell
from stores.adapter import WebhookCall, WebhookRefused
from sync.flow import asked
from sync.ingest import calls
from sync.ingest.accept import accept
from xero import events

log = structlog.get_logger(__name__)
MOST_BYTES = 1024 * 1024


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def shop_hook(request: HttpRequest, slug: str, rest: str = "") -> HttpResponse:
    """A shop says what changed. Its platform's own answer, usually an empty 200, once that is
    stored, or was stored before; 401 for a call that is not believed, 413 for one above 1 MB, 400
    for one that cannot be read, 405 for a method by which it does not call."""
    body = body_of(request)
    if body is None:
        return HttpResponse(status=413)
    call = WebhookCall(
        body=body, headers=request.headers, secret="", received_at=clock.now(),
        query=request.GET.dict(), address=request.path, method=request.method or "",
    )  # fmt: skip
    try:
        reply = accept(slug, call, asked.act)
    except WebhookRefused as refused:
        log.warning("hooks.refused", store=slug, code=refused.code)
        return HttpResponse(status=refused.status)
    if not reply.body:
        return HttpResponse(status=reply.status)
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def shop_trigger(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """A shop's cron has the shop read now: 200 "ok", or 404 for a wrong token."""
    if not calls.trigger(slug, token):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@csrf_exempt
@login_not_required
@require_POST
def xero_hook(request: HttpRequest) -> HttpResponse:
    """Xero says what changed, or tries whether signatures are checked: 200 or 401, empty."""
    body = body_of(request)
    if body is None:
        return HttpResponse(status=413)
    if not events.is_genuine(body, request.headers.get("X-Xero-Signature", "")):
        log.warning("xero_hook.refused")
        return HttpResponse(status=401)
    try:
        told = events.events_of(body)
    except ValueError as error:
        log.warning("xero_hook.unreadable", error=str(error))
        return HttpResponse(status=400)
    for organisation_id in events.mark(told):
        doorbell.ring_for_burst("xero.watch", organisation_id)
    return HttpResponse()


def body_of(request: HttpRequest) -> bytes | None:
    """The raw body; None if it is, or says that it is, above the limit."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not said.isdecimal() or int(said) > MOST_BYTES:
        return None
    body = request.read(MOST_BYTES + 1)
    return None if len(body) > MOST_BYTES else body
