from __future__ import annotations

import io
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from connector.lib import logs


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cr3t-s3cr3t",
        "Authorization: Basic czNjcjN0LXMzY3IzdA==s3cr3t",
        'Authorization: OAuth oauth_consumer_key="s3cr3t", oauth_token="s3cr3t"',
        "GET /xero/callback/?code=s3cr3t&state=s3cr3t HTTP/1.1",
        "https://ana:s3cr3t@shop.example.com/rest",
        '{"access_token": "s3cr3t", "expires_in": 1800}',
        "{'client_secret': 's3cr3t'}",
        "refresh_token=s3cr3t&grant_type=refresh_token",
        "password: s3cr3t",
        "api_key=s3cr3t",
        "X-Api-Key: s3cr3t",
        "mail to s3cr3t@example.com failed",
        "eyJhbGciOiJS.s3cr3t.s3cr3t",
        "GET /hooks/au-shop/run/s3cr3t/",
    ],
)
def test_text_loses_its_secrets(text: str) -> None:
    assert "s3cr3t" not in logs.redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "posting.posted posting_id=7",
        "GET /orders/?status=complete&page=2",
        "HTTP 404: No such entity with orderId = 12",
        "https://shop.example.com/rest/V1/orders?searchCriteria[pageSize]=100",
        "the basic information about an order",
        "order 12 posted, state=held",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert logs.redact_text(text) == text


@pytest.mark.parametrize("unit", ["a", "x-", "a@", "token", "://", "token=", "Basic A", "eyJ"])
def test_long_hostile_text_costs_no_time(unit: str) -> None:
    started = time.monotonic()
    logs.redact_text(unit * 100_000)
    assert time.monotonic() - started < 0.5


def test_values_under_secret_names_are_hidden_at_any_depth() -> None:
    event = {
        "event": "x",
        "access_token": "s3cr3t",
        "data": {"api-key": "s3cr3t", "list": [{"Password": "s3cr3t"}], "customer_email": "s3cr3t"},
        "raw": b"token=s3cr3t",
        "tokens": 3,
        "posting_id": 7,
    }
    clean = logs.redact(None, "info", event)
    assert "s3cr3t" not in repr(clean)
    assert (clean["event"], clean["tokens"], clean["posting_id"]) == ("x", 3, 7)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_anything_can_be_logged(value: Any) -> None:
    json.dumps(logs.redact(None, "info", {"event": "x", "value": value}))


def test_log_lines_are_json_on_stderr_also_for_libraries_and_tracebacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = logs.logging_config(console=False)
    handler = logging.StreamHandler()
    formatter = config["formatters"]["structured"]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
        )
    )
    library = logging.getLogger("some.library")
    library.addHandler(handler)
    library.propagate = False
    try:
        raise ValueError("Bearer s3cr3t-s3cr3t")
    except ValueError:
        library.exception("failed for %s", "ana@example.com")
    captured = capsys.readouterr()
    line = json.loads(captured.err)

    assert captured.out == ""
    assert (line["event"], line["level"]) == ("failed for [hidden]", "error")
    assert "ValueError: Bearer [hidden]" in line["exception"]


def test_beside_a_progress_bar_the_log_goes_to_a_file(tmp_path: Path) -> None:
    shown, file = io.StringIO(), tmp_path / "new" / "demo.log"
    handler = logging.StreamHandler(shown)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with logs.in_file(file):
            root.warning("inside")
        root.warning("after")
    finally:
        root.removeHandler(handler)

    assert shown.getvalue() == "after\n"
    assert "inside\n" in file.read_text(encoding="utf-8")
