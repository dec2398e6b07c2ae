"""Ways between pages: tabs beside each other, steps after each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


@dataclass(frozen=True, slots=True)
class Tab:
    """`count` is what waits there, None where nothing is counted."""

    label: str
    address: str
    current: bool = False
    count: int | None = None


class Progress(StrEnum):
    DONE = "done"
    CURRENT = "current"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """`note` is a short sentence below the label: what is done, or what is missing."""

    label: str
    address: str
    progress: Progress = Progress.LATER
    note: str = ""


def steps(ways: Sequence[tuple[str, str]], *, current: int, done: frozenset[int]) -> list[Step]:
    """Steps from labels and addresses: which of them, from 0, is open and which are done."""
    found = []
    for index, (label, address) in enumerate(ways):
        progress = Progress.DONE if index in done else Progress.LATER
        found.append(Step(label, address, Progress.CURRENT if index == current else progress))
    return found


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form or an address names as `next`; else this one."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if ours and address.startswith("/") else otherwise
