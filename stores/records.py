"""Keep what a shop said: each version of each object once, scrubbed, never edited.

A record that cannot be kept as it is costs itself only: what can be stored of it is, with its
flaws, and whoever reads it holds it by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from connector.lib.exact_json import Flaw, printable, tame
from stores.adapter import StoreAdapter
from stores.canonical.records import ParseError, RecordRef, Stream
from stores.models import SourceRecord, Store, as_text

log = structlog.get_logger(__name__)
# What the columns hold.
_ID, _VERSION, _NUMBER = 100, 40, 100


@dataclass(frozen=True, slots=True)
class Ingested:
    """A record that is stored, and which object of the shop it is a version of."""

    ref: RecordRef
    row: SourceRecord


@dataclass(frozen=True, slots=True)
class _Form:
    """A record as it is stored."""

    ref: RecordRef
    body: str
    digest: str
    flaws: tuple[Flaw, ...]


def ingest(
    store: Store, adapter: StoreAdapter, stream: Stream, records: Iterable[Mapping[str, Any]]
) -> list[Ingested]:
    """Store records and give back their rows; what is stored already is found, not repeated.

    Two statements however many records, the rows in the order of their keys, so that two
    processes never wait for each other crosswise.
    """
    return _store(store, stream, [_searched(adapter, stream, record) for record in records])


def _store(store: Store, stream: Stream, forms: Iterable[_Form]) -> list[Ingested]:
    wanted = {(form.ref.id, form.digest): form for form in forms}
    rows = [
        SourceRecord(
            store=store, stream=stream, source_id=form.ref.id, version=form.ref.version,
            digest=form.digest, body=form.body,
            flaws=[{"field": flaw.path, "message": flaw.message} for flaw in form.flaws] or None,
        )
        for _, form in sorted(wanted.items())
    ]  # fmt: skip
    SourceRecord.objects.bulk_create(rows, ignore_conflicts=True)
    stored = SourceRecord.objects.filter(
        store=store, stream=stream, source_id__in={source_id for source_id, _ in wanted},
        digest__in={digest for _, digest in wanted},
    ).defer("body")  # fmt: skip
    return [
        Ingested(wanted[row.source_id, row.digest].ref, row)
        for row in stored
        if (row.source_id, row.digest) in wanted
    ]


def ingest_name(
    store: Store, adapter: StoreAdapter, stream: Stream, record: Mapping[str, Any], error: Exception
) -> list[Ingested]:
    """Keep of a record no more than its name, as what keeps it failed on it."""
    whole, _ = tame(record)
    flaw = Flaw("", f"The record cannot be kept or read ({type(error).__name__}).")
    return _store(store, stream, [_form(adapter, stream, whole, {}, [flaw])])


def ids_of(adapter: StoreAdapter, stream: Stream, records: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids by which these records can be asked for."""
    found = set()
    for record in records:
        try:
            found.add(adapter.identify(stream, record).id)
        except ParseError:
            continue  # kept under a name of ours
    return found


def _searched(adapter: StoreAdapter, stream: Stream, record: Mapping[str, Any]) -> _Form:
    """A record without card data and whatever cannot be stored."""
    whole, flaws = tame(record)
    try:
        scrubbed, more = tame(adapter.scrub(whole))
    except Exception as error:
        # Never kept unsearched: it may hold a card's number.
        log.exception("ingest.not_searched", stream=stream)
        more = [Flaw("", f"The record cannot be searched for card data ({type(error).__name__}).")]
        scrubbed = {}
    return _form(adapter, stream, whole, scrubbed, [*flaws, *more])


def _form(
    adapter: StoreAdapter,
    stream: Stream,
    whole: Mapping[str, Any],
    scrubbed: dict[str, Any],
    flaws: list[Flaw],
) -> _Form:
    try:
        ref = adapter.identify(stream, whole)
    except ParseError as error:
        flaws.append(Flaw(error.field, str(error)))
        ref = RecordRef(stream, "")
    body, digest = as_text(scrubbed)
    return _Form(_storable(ref, digest, flaws), body, digest, tuple(flaws))


def _storable(ref: RecordRef, digest: str, flaws: list[Flaw]) -> RecordRef:
    """A name that the columns hold. What has none gets one that its content gives."""
    source_id = ref.id
    if not source_id:
        source_id = f"unnamed-{digest[:32]}"
    elif len(source_id) > _ID or "\0" in source_id:
        flaws.append(Flaw("", f"Its id, “{printable(source_id)[:60]}”, cannot be kept."))
        source_id = f"unnamed-{hashlib.sha256(source_id.encode()).hexdigest()[:32]}"
    number = printable(ref.number) or printable(ref.id) or source_id
    return replace(
        ref, id=source_id, number=number[:_NUMBER], version=printable(ref.version)[:_VERSION]
    )
