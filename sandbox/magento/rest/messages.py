"""Requests and answers of the REST side, and the shape of a list."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.magento.oauth import Refused
from sandbox.magento.rest import search
from sandbox.shop.serving.wire import Answer, said

NO_ENTITY = "The entity that was requested doesn't exist. Verify the entity and try again."


@dataclass(slots=True)
class Request:
    """A decoded request: path segments below `/V1`, query pairs, a JSON body or None."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: Any
    base_url: str
    authorization: str
    items_null: bool = False
    repeat_last: bool = False


class Missing(Exception):
    """404 with this text."""

    def __init__(self, message: str = NO_ENTITY) -> None:
        super().__init__(message)


def refusal(refused: Refused) -> Answer:
    """The answer to a request that is not let in."""
    body: dict[str, Any] = {"message": refused.message}
    if refused.parameters is not None:
        body["parameters"] = refused.parameters
    return said(body, refused.status)


def listing(
    request: Request,
    records: Collection[Mapping[str, Any]],
    *,
    columns: Collection[str],
    key: str = "entity_id",
) -> dict[str, Any]:
    """`items`, `search_criteria` and `total_count` of a list."""
    criteria = search.parse(request.query)
    found = search.select(records, criteria, columns=columns, key=key)
    page = search.page_of(found, criteria, repeat_last=request.repeat_last)
    body: dict[str, Any] = {
        "items": None if request.items_null else list(page),
        "search_criteria": criteria.echo(),
        "total_count": len(found),
    }
    wanted = dict(request.query).get("fields")
    return search.trim(body, search.parse_fields(wanted)) if wanted else body


def columns_of(record: Mapping[str, Any], *more: str) -> set[str]:
    """Names that can be filtered by: what is not a list or an object."""
    return {name for name, value in record.items() if not isinstance(value, dict | list)} | {*more}


def known(records: Collection[Mapping[str, Any]], *more: str) -> set[str]:
    """The columns of the records, and `more`."""
    sample = itertools.islice(records, 50)  # rows of a list are alike
    return {name for record in sample for name in columns_of(record)} | {*more}
