"""What is kept by kind of document: in the database, in the mirror and in the look-ups."""

from __future__ import annotations

import pytest

from sync.dispatch.lookup.by_kind import HANDLING, finder
from sync.models import Dispatch, Posting, ReconcileDay, SummaryPart
from xero import events
from xero.documents.kinds import SPECS, WITH_BALANCE, Kind, KindSpec, Measure
from xero.mirror import refresh as mirror
from xero.models import MirrorCursor, MirrorDocument, Organisation
from xero.models.cursor import LIST_OF

each = pytest.mark.parametrize("row", SPECS.values(), ids=list(SPECS))


def test_every_kind_is_looked_up_and_remembered() -> None:
    assert list(HANDLING) == list(Kind)


@each
def test_a_change_of_a_document_with_a_balance_is_found_on_the_document(row: KindSpec) -> None:
    new, change = Dispatch(kind=row.kind, verb="PUT"), Dispatch(kind=row.kind, verb="POST")
    assert finder(new) is HANDLING[row.kind].find
    assert (finder(change) is not finder(new)) == row.has_balance


@pytest.mark.parametrize("model", [Dispatch, Posting, SummaryPart])
def test_a_kind_is_kept_under_the_name_that_people_call_it(model: type) -> None:
    field = model._meta.get_field("kind")
    assert dict(field.choices) == {kind.value: SPECS[kind].name.lower() for kind in Kind}
    assert max(map(len, Kind)) <= field.max_length


def test_the_mirror_has_every_document_with_a_balance() -> None:
    assert {*MirrorDocument.Kind} == {*WITH_BALANCE} == {*LIST_OF}


def test_every_list_of_the_mirror_is_some_kinds_and_can_be_read() -> None:
    assert {row.mirror for row in SPECS.values() if row.mirror} == {*MirrorCursor.Kind}
    assert {*mirror._ASKED} == {*MirrorCursor.Kind}
    assert {*events._LISTS.values()} <= {*MirrorCursor.Kind}
    assert {*events._DOCUMENTS} == {*LIST_OF.values()}


def test_a_reconciliation_has_a_figure_for_each_measure() -> None:
    assert {*ReconcileDay.Measure} == {*Measure}


@each
def test_a_document_with_a_page_in_xero_is_linked_to_it(row: KindSpec) -> None:
    organisation = Organisation(short_code="!a1")
    link = organisation.link_to(row.kind, "an id")
    assert bool(link) == bool(row.page)
    assert "{}" not in link
    assert not link or "an%2520id" in link
