"""Keep what a shop said: each version of each object once, scrubbed, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stores.adapters.base import StoreAdapter
from stores.canonical import RecordRef, Stream
from stores.models import SourceRecord, Store, as_text


@dataclass(frozen=True, slots=True)
class Ingested:
    """A record that is stored, and which object of the shop it is a version of."""

    ref: RecordRef
    row: SourceRecord


def ingest(
    store: Store, adapter: StoreAdapter, stream: Stream, records: Iterable[Mapping[str, Any]]
) -> list[Ingested]:
    """Store records and give back their rows; what is stored already is found, not repeated.

    Two statements however many records. Raises ParseError for a record without an id.
    """
    wanted: dict[tuple[str, str], tuple[RecordRef, str]] = {}
    for record in records:
        ref = adapter.identify(stream, record)
        body, digest = as_text(adapter.scrub(record))
        wanted[ref.id, digest] = (ref, body)
    rows = [
        SourceRecord(
            store=store, stream=stream, source_id=ref.id, version=ref.version[:40],
            digest=digest, body=body,
        )
        for (_, digest), (ref, body) in wanted.items()
    ]  # fmt: skip
    SourceRecord.objects.bulk_create(rows, ignore_conflicts=True)
    stored = SourceRecord.objects.filter(
        store=store, stream=stream, source_id__in={source_id for source_id, _ in wanted},
        digest__in={digest for _, digest in wanted},
    ).defer("body")  # fmt: skip
    return [
        Ingested(wanted[row.source_id, row.digest][0], row)
        for row in stored
        if (row.source_id, row.digest) in wanted
    ]
