"""What Xero's lists tell is compared with what is known here, whoever read them."""

from __future__ import annotations

import pytest

from sync.dispatch import conflicts, freshness
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.world import World, at_rest
from xero.mirror import refresh as mirror
from xero.models import MirrorCursor


def test_a_process_that_dies_before_it_compared_hides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(status="pending")
    world.sync()
    world.time.forward(minutes=5)
    world.xero.person("void", invoice=world.number(order))
    world.time.forward(hours=1)

    def dies(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(conflicts, "find", dies)
        with pytest.raises(KeyboardInterrupt):
            freshness.prepare(world.organisation)
    world.new_process()
    world.time.forward(hours=1)
    freshness.prepare(world.organisation)
    world.sync()
    at_rest()
    assert "voided_in_xero" in world.codes(order)


def test_what_another_reading_of_the_list_saw_is_compared_at_the_next_look(world: World) -> None:
    order = world.place(status="pending")
    world.sync()
    world.time.forward(minutes=5)
    world.xero.person("void", invoice=world.number(order))
    world.time.forward(hours=1)
    mirror.refresh(world.organisation, mirror.Kind.INVOICES)
    world.time.forward(hours=1)
    freshness.prepare(world.organisation)
    world.sync()
    assert "voided_in_xero" in world.codes(order)
    cursor = MirrorCursor.objects.get(organisation=world.organisation, kind="invoices")
    assert cursor.compared_to == cursor.position
