"""Xero's deliveries: their signature, and what their events name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from xero.events import Event, events_of, is_signed
from xero.models import MirrorCursor

BODY = b'{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}'


def signed(body: bytes, key: bytes) -> str:
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def test_only_the_signature_of_the_very_body_is_taken() -> None:
    genuine = signed(BODY, b"key")
    assert is_signed(BODY, genuine, "key")
    assert not is_signed(BODY, genuine, "other")
    assert not is_signed(BODY + b" ", genuine, "key")
    assert not is_signed(BODY, "", "key")
    assert not is_signed(BODY, genuine.replace("=", "ä"), "key")
    assert not is_signed(BODY, hmac.new(b"key", BODY, hashlib.sha256).hexdigest(), "key")


def test_events_about_lists_that_are_kept_are_read() -> None:
    told: list[Any] = [
        {"tenantId": "t", "eventCategory": "INVOICE", "resourceId": "i",
         "eventDateUtc": "2026-11-20T03:14:15.926"},
        {"tenantId": "t", "eventCategory": "CONTACT", "resourceId": "c", "eventDateUtc": "soon"},
        {"tenantId": "t", "eventCategory": "CREDITNOTE", "resourceId": "n", "data": {}},
        {"tenantId": "t", "eventCategory": "SUBSCRIPTION", "resourceId": "s"},
        "nonsense",
    ]  # fmt: skip
    assert events_of(json.dumps({"events": told}).encode()) == [
        Event("t", MirrorCursor.Kind.INVOICES, "i",
              datetime(2026, 11, 20, 3, 14, 15, 926000, UTC)),
        Event("t", MirrorCursor.Kind.CONTACTS, "c", None),
        Event("t", MirrorCursor.Kind.CREDIT_NOTES, "n", None),
    ]  # fmt: skip
    assert events_of(BODY) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"events": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        events_of(body)
