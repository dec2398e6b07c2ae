"""What is taken over as it stands in Xero never goes over what has left meanwhile."""

from __future__ import annotations

import pytest

from sync.models import Posting
from sync.outbox import adopt
from tests.web.factories import PostingFactory


@pytest.mark.parametrize(("state", "kept"), [("pending", True), ("held", True), ("sending", False)])
def test_what_has_left_is_not_taken_over(db: None, state: str, kept: bool) -> None:
    row = PostingFactory(state=state, xero_id="")
    seen = Posting.objects.get(pk=row.pk)
    seen.state, seen.xero_id, seen.adopted = Posting.State.POSTED, "x-1", True
    assert adopt.keep(seen) is kept
    row.refresh_from_db()
    assert (row.state, row.xero_id) == (("posted", "x-1") if kept else (state, ""))
