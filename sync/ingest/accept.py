"""Take a shop's call: it is checked, stored and answered; what it names is read afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace

from django.db import transaction

from connector.lib import doorbell
from connector.lib.errors import Misconfigured
from stores import registry
from stores.adapter import Ask, Did, StoreAdapter, WebhookCall, WebhookRefused, WebhookReply, Wish
from stores.canonical.records import RecordRef, Stream
from stores.models import Store
from stores.signatures import NOBODYS_SECRET
from sync.models import IncomingCall

# So many objects may be asked for by one wish.
_MOST_ASKED = 1000
Act = Callable[[int, Sequence[Ask]], list[Did]]


def accept(slug: str, call: WebhookCall, act: Act) -> WebhookReply:
    """Verify a call and store it; `call.secret` is looked up here. WebhookRefused if it is bad.
    The reply is the shop's platform's own, once all that it asks for is stored; what somebody asks
    for is done by `act`, once for a call that comes twice, and told in the reply.

    A store that is switched off keeps its calls for later. An unknown store, one that is archived,
    or one without a secret, is refused like a wrong signature, after the same work.
    """
    columns = ("platform", "webhook_secret", "credentials", "settings")
    found = Store.objects.filter(slug=slug).only(*columns).first()
    store, platform = (found.pk, found.platform) if found else (None, "")
    adapter = _adapter_of(platform)
    heard = found is not None and not found.archived
    secret = found.signing_secret(adapter.profile) if found and heard else ""
    if call.method not in adapter.profile.hooks.methods:
        raise WebhookRefused("It does not call so.", code="bad_method", status=405)
    genuine = replace(call, secret=secret or NOBODYS_SECRET)
    reply = adapter.webhook(genuine)
    if store is None or not secret:
        raise WebhookRefused("The signature is wrong.", code="bad_signature", status=401)
    if not reply.refs and not reply.asks:
        return reply
    named = replace(genuine, delivery=reply.delivery)
    signed = adapter.profile.hooks.signed_headers
    with transaction.atomic():
        refs = (*reply.refs, *_to_sync(reply.asks))
        asked = bool(reply.asks)
        new = IncomingCall.store_once(store, named, signed, dict.fromkeys(refs), asked=asked)
        done = act(store, reply.asks) if reply.asks and new else _done_before(reply.asks)
    doorbell.ring_for_burst("sync.hooks", store)
    if not reply.asks:
        return reply
    body = json.dumps({"done": [asdict(one) for one in done], "repeated": not new})
    return replace(reply, body=body, content_type="application/json")


def _done_before(asks: Iterable[Ask]) -> list[Did]:
    """What is said to a call that comes a second time."""
    said = "This was asked for before, by the very same call."
    return [Did(ask.stream, one, said) for ask in asks for one in ask.ids]


def _to_sync(asks: Iterable[Ask]) -> Iterator[RecordRef]:
    """What is to be read anew. WebhookRefused for more than can be asked for at once, and where
    nobody says who asks for what a person must answer for."""
    for ask in asks:
        if len(ask.ids) > _MOST_ASKED:
            raise WebhookRefused(f"At most {_MOST_ASKED} at once.", code="bad_body", status=400)
        if ask.wish is not Wish.SYNC and not (ask.person.strip() and ask.reason.strip()):
            raise WebhookRefused(
                "Nobody says who asks for it, and why.", code="bad_body", status=400
            )
        # Nothing is kept here of a customer who was left out, so that the record is read again.
        back = ask.wish is Wish.TAKE_IN and ask.stream is Stream.CUSTOMERS
        if ask.wish is Wish.SYNC or back:
            yield from (RecordRef(ask.stream, one) for one in ask.ids)


def _adapter_of(platform: str) -> type[StoreAdapter]:
    """The platform's adapter; another, to do the same work, where there is none."""
    for one in (platform, *registry.platforms()):
        with suppress(Misconfigured):
            return registry.adapter_class(one)
    return registry.adapter_class(platform)
