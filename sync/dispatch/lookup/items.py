"""What became of items whose outcome nobody knows: found by their code, or by their id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounting.items.build import up_to_date
from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.texts.said import said
from sync.dispatch.lookup.verdicts import Findings, Verdict
from sync.items.known import by_code
from sync.models import Dispatch, Posting, TrackedProduct
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult
from xero.documents.facts import ItemFacts
from xero.mirror import refresh as mirror
from xero.mirror.known import code_key, find_items
from xero.models import Lane


def items(
    dispatch: Dispatch, _: Gateway, pairs: Sequence[tuple[Posting, Mapping[str, Any]]]
) -> Findings:
    """Read all items anew, then match. What exists is adopted, and brought up to date if it
    is not as it was to be; the rest may go out anew."""
    organisation, lane = dispatch.organisation, Lane(dispatch.lane)
    if not mirror.refresh(organisation, mirror.Kind.ITEMS, lane=lane, whole=True):
        raise mirror.BeingRead("Xero's items")
    found = find_items(
        organisation,
        codes=[sent["Code"] for _, sent in pairs],
        item_ids=[sent.get("ItemID", "") for _, sent in pairs],
    )
    by_id, by_key = {item.item_id: item for item in found}, by_code(found)
    keys = {code_key(sent["Code"]) for _, sent in pairs}
    owners = TrackedProduct.objects.filter(
        store__organisation=organisation, code_key__in=keys
    ).values_list("code_key", "sku")
    read = Findings()
    for row, sent in pairs:
        if sent.get("ItemID"):
            read.verdicts[row.pk] = _updated(sent, by_id.get(sent["ItemID"]))
            continue
        key = code_key(sent["Code"])
        others = {sku for at, sku in owners if at == key} - {row.source_id}
        read.verdicts[row.pk] = _created(read, row, sent, by_key.get(key, []), others)
    return read


def _updated(sent: Mapping[str, Any], item: ItemFacts | None) -> Verdict:
    """An update may be sent twice: it names its item, and says the same again."""
    return _adopted(item) if item is not None and up_to_date(sent, item) else None


def _created(
    read: Findings, row: Posting, sent: Mapping[str, Any], same: Sequence[ItemFacts],
    others: set[str],
) -> Verdict:  # fmt: skip
    item = next((one for one in same if one.code == sent["Code"]), None) or next(iter(same), None)
    if item is None:
        return None
    if others:
        text = said(
            "%(code)s is the item of another product, %(others)s.",
            code=item.code,
            others=sorted(others)[0],
        )
        return Reason("item_code_taken", text)
    if not up_to_date(sent, item):
        products = TrackedProduct.objects.filter(store=row.store_id, source_id=row.source_id)
        read.learn.append(lambda: products.write(build_at=clock.now()))
    return _adopted(item)


def _adopted(item: ItemFacts) -> ElementResult:
    return ElementResult(index=0, ok=True, xero_id=item.item_id)
