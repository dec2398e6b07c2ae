"""A toy shop as a store: it keeps its orders in memory."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import SecretStr, create_model

from connector.lib.errors import Rejected
from stores.adapter import StoreAdapter, WebhookReply
from stores.canonical.records import By, Page, RecordRef, StoreFacts
from stores.raw import Raw
from stores.signatures import read_call
from tests.stores.toy import parse, profile

BOXES: dict[str, list[dict[str, Any]]] = {}  # the orders of each shop, by its address


class ToyAdapter(StoreAdapter):
    profile: ClassVar = profile.PROFILE
    Credentials: ClassVar = create_model("ToyKey", key=(SecretStr, ...))

    def __init__(self, credentials, session, *, url):
        self._box = BOXES[url]

    def probe(self):
        named = (("played", "Played"),), (("marbles", "Marbles"),)
        return StoreFacts("Toys", "1", "AUD", "UTC", *named)

    def pages(self, stream, since):
        when = "placed" if since.by is By.PLACED else "changed"
        for one in sorted(self._box, key=lambda one: one[when]):
            at = Raw(one).moment(when, "UTC")
            if (since.start or at) <= at <= (since.until or at) and one[when] > since.after:
                yield Page((dict(one),), at, mark=one[when])

    def fetch(self, ref):
        for one in self._box:
            if one["id"] == ref.id:
                return dict(one)
        raise Rejected("There is no such order.", code="not_found")

    def numbered(self, number):
        return [dict(one) for one in self._box if one["no"] == number]

    parse = staticmethod(parse.parse_order)
    scrub = staticmethod(dict)

    @staticmethod
    def identify(stream, record):
        one = Raw(record)
        return RecordRef(stream, one.required_text("id"), one.text("changed"), one.text("no"))

    @staticmethod
    def documents_of(raw):
        found = raw if isinstance(raw, list) else [raw]
        return [one for one in found if Raw(one).required_children("toys")]

    @staticmethod
    def webhook(call):
        return WebhookReply(tuple(read_call(call, profile.PROFILE.streams)))
