"""The one assertion behind most tests fails where it should."""

from __future__ import annotations

import pytest

from tests.sync.world import World, books


def test_the_books_of_a_world_in_which_all_is_held_prove_nothing(world: World) -> None:
    order = world.place()
    world.spoil(order, price="N/A")
    world.sync()
    assert world.row(order).state == "held"
    with pytest.raises(AssertionError, match="'held'"):
        books(world)
    with pytest.raises(AssertionError, match="nothing is proved"):
        books(world, held=[order])


def test_the_books_of_a_world_without_orders_prove_nothing(world: World) -> None:
    world.sync()
    with pytest.raises(AssertionError, match="nothing is proved"):
        books(world)


def test_what_is_said_to_be_held_must_be(world: World) -> None:
    posted, spoilt = world.place(customer=1), world.place(customer=2)
    world.spoil(spoilt, price="N/A")
    world.sync()
    with pytest.raises(AssertionError):
        books(world)
    with pytest.raises(AssertionError):
        books(world, held=[posted, spoilt])
    with pytest.raises(AssertionError):
        books(world, skipped=[spoilt])
    with pytest.raises(AssertionError, match="no shop has"):
        books(world, held=[spoilt, dict(posted)])
    books(world, held=[spoilt])
