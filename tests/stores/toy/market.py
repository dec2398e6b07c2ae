"""A shop of many calls and few answers: its list of orders knows no changes and goes by id, an
order's toys are asked for one by one, and a ledger names the orders that money moved of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from connector.lib.errors import Rejected
from stores.adapter import Ask, WebhookReply, Wish
from stores.canonical.records import By, Page, RecordRef, Stream
from stores.profile import Coverage
from stores.raw import Raw
from stores.signatures import verify
from tests.stores.toy import profile
from tests.stores.toy.adapter import ToyAdapter

# Rows of each shop's ledger, by its address: when, and of which order.
LEDGERS: dict[str, list[tuple[str, str]]] = {}
CALLS: list[str] = []  # the orders that were asked for their toys
DAY = timedelta(days=1)


class ToyMarket(ToyAdapter):
    profile: ClassVar = replace(
        profile.PROFILE,
        kind="toymarket",
        label="Toy market",
        streams=frozenset({Stream.ORDERS, Stream.REFUNDS}),
        hooks=replace(profile.PROFILE.hooks, methods=("GET", "POST")),
        coverage={
            Stream.ORDERS: Coverage(
                By.ID, blind_to=("changes",), recheck=7 * DAY, every=DAY, horizon=60 * DAY
            ),
        },
    )

    def __init__(self, credentials, session, *, url):
        super().__init__(credentials, session, url=url)
        self._ledger = LEDGERS.get(url, [])

    def pages(self, stream, since):
        if stream is Stream.REFUNDS:
            for at, order in self._ledger:
                when = Raw({"at": at}).moment("at", "UTC")
                if since.start is None or when >= since.start:
                    yield Page((), when, refs=(RecordRef(Stream.ORDERS, order),))
            return
        assert since.by is not By.CHANGED, "this list knows no changes"
        if since.by is By.PLACED:
            for page in super().pages(stream, since):
                yield replace(page, records=tuple(map(_head, page.records)))
            return
        for one in sorted(self._box, key=lambda one: int(one["id"])):
            if int(one["id"]) > int(since.after or 0):
                at = Raw(one).moment("placed", "UTC")
                yield Page((_head(one),), at, mark=one["id"])

    def complete(self, stream, record):
        CALLS.append(record["id"])
        for one in self._box:
            if one["id"] == record["id"]:
                return record | {"toys": one["toys"]}
        raise Rejected("There is no such order.", code="not_found")

    def fetch(self, ref):
        return _head(super().fetch(ref))

    def numbered(self, number):
        return [_head(one) for one in super().numbered(number)]

    @staticmethod
    def webhook(call):
        if call.method == "GET":
            answer = f"{call.query['challenge']}!"
            return WebhookReply(body=answer, content_type="application/x-toys")
        if call.body == b"ping":
            return WebhookReply(status=202)  # not signed, and asks for nothing
        if b"wish" in call.body:
            verify(call)
            told = json.loads(call.body)
            told["stream"] = Stream(told.get("stream", "orders"))
            return WebhookReply(asks=(Ask(Wish(told.pop("wish")), tuple(told.pop("ids")), **told),))
        return replace(ToyAdapter.webhook(call), delivery=call.header("X-Delivery"), body="thanks")

    @staticmethod
    def identify(stream, record):
        # It does not say when an order was changed.
        one = Raw(record)
        return RecordRef(stream, one.required_text("id"), "", one.text("no"))


def _head(order: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in order.items() if key not in ("toys", "changed")}
