"""A small client of the extension's protocol, written from its text and nothing of the adapter."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from typing import Any

import requests

from sandbox.opencart import DemoShop


def signature(secret: str, *parts: str, body: bytes) -> str:
    text = "\n".join([*parts, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def headers(shop: DemoShop, body: bytes, **changes: str) -> dict[str, str]:
    """The headers of a call; `timestamp`, `nonce`, `key` and `secret` may differ from the right
    ones."""
    keys = shop.keys.credentials
    timestamp = changes.get("timestamp", str(int(shop.seconds())))
    nonce = changes.get("nonce", secrets.token_hex(16))
    signed = signature(
        changes.get("secret", keys.secret), "connector-request-1", timestamp, nonce, body=body
    )
    return {
        "X-Connector-Key": changes.get("key", keys.key), "X-Connector-Timestamp": timestamp,
        "X-Connector-Nonce": nonce, "X-Connector-Signature": signed,
    }  # fmt: skip


def send(shop: DemoShop, body: bytes, given: dict[str, str], method: str = "POST") -> Any:
    """The answer as it came."""
    address = f"{shop.url}/index.php?route=extension/xero_connector/api"
    return requests.request(method, address, data=body, headers=given, timeout=10)


def call(shop: DemoShop, name: str, *, status: int = 200, **parameters: Any) -> Any:
    """The JSON of an answer, whose status and signature are right."""
    body = json.dumps({"call": name, **parameters}).encode()
    given = headers(shop, body)
    answer = send(shop, body, given)
    assert answer.status_code == status, answer.text
    expected = signature(
        shop.keys.credentials.secret, "connector-answer-1", given["X-Connector-Nonce"],
        body=answer.content,
    )  # fmt: skip
    assert answer.headers["X-Connector-Answer"] == expected
    return answer.json()


def read(shop: DemoShop, *, limit: int, by: str = "changed", **span: str) -> Iterator[Any]:
    """All orders page by page; the generator rests between pages."""
    after: dict[str, Any] = {}
    while True:
        answer = call(shop, "orders", by=by, limit=limit, **span, **after)
        yield answer["orders"]
        if not answer["more"]:
            return
        last = answer["orders"][-1]
        moment = last["x_changed"] if by == "changed" else last["order"]["date_added"]
        after = {"after": {"moment": moment, "id": int(last["order"]["order_id"])}}
