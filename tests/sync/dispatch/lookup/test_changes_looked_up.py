"""What becomes of a change that Xero refused, by what its document says now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accounting.reasons import Reason
from sync.dispatch.lookup import changes
from sync.dispatch.lookup.verdicts import Findings
from sync.models import Posting
from sync.outbox.entries import MOST_CURES

THEN = datetime(2027, 3, 10, 1, tzinfo=UTC)
BODY = {"InvoiceID": "i-1", "Status": "AUTHORISED"}


def verdict(attempts: int, **there: Any) -> Any:
    known = Posting(kind="invoice", key="S1-1", xero_id="i-1", xero_updated_at=THEN)
    row = Posting(
        kind="invoice", verb="POST", key="S1-1", parent=known, attempts=attempts,
        expected={"SubTotal": "10.00", "TotalTax": "1.00", "Total": "11.00"},
    )  # fmt: skip
    standing = BODY | {"Total": 22, "TotalTax": 2, "UpdatedDateUTC": "/Date(1804640400000+0000)/"}
    return changes._verdict(Findings(), row, BODY, "invoices", standing | there)


@pytest.mark.parametrize("attempts", range(MOST_CURES))
def test_a_change_of_a_document_that_is_as_we_know_it_is_sent(attempts: int) -> None:
    """What it was refused for, as an archived contact, may be mended by now."""
    assert verdict(attempts) is None


def test_it_is_not_sent_for_ever() -> None:
    found = verdict(MOST_CURES)
    assert isinstance(found, Reason)
    assert found.code == "changed_in_xero"


def test_a_document_that_somebody_has_changed_is_left_alone() -> None:
    found = verdict(0, UpdatedDateUTC="/Date(1804640401000+0000)/")
    assert isinstance(found, Reason)


def test_what_stands_there_already_is_done() -> None:
    assert verdict(1, Total=11, TotalTax=1).xero_id == "i-1"
