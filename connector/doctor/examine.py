"""What works and what must be fixed: the settings and every connection, looked at once.

Each check yields findings. One that needs what an earlier one found broken (the database,
its tables) is left out, so that there is one line for one cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from connector.doctor import connections, installation
from connector.doctor.findings import Finding, Level, good, note
from sync.models import Posting, TrackedOrder


def examine() -> Iterator[Finding]:
    """All findings, in the order of what depends on what."""
    yield from installation.settings_in_force()
    yield from installation.bell()
    for needed in (installation.tables, installation.secrets):
        findings = list(needed())
        yield from findings
        if any(finding.level is Level.WRONG for finding in findings):
            return
    yield from connections.xero()
    yield from connections.shops()
    yield from connections.mappings()
    yield from _work()


def _work() -> Iterator[Finding]:
    """What waits for a person: not broken, but worth a look."""
    held = TrackedOrder.objects.filter(state=TrackedOrder.State.HELD).count()
    states: dict[str, Any] = dict(
        Posting.objects.filter(state__in=(Posting.State.HELD, Posting.State.DEAD))
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    dead = states.get(Posting.State.DEAD, 0)
    held_documents = states.get(Posting.State.HELD, 0)
    if held or dead or held_documents:
        text = f"{held} orders and {held_documents} documents held, {dead} documents refused"
        yield note("work", text, "See the page Needs attention.")
    else:
        yield good("work", "nothing waits for a person")
