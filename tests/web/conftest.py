"""Ana is the administrator; the world is one organisation with one store."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connector.lib import doorbell
from stores.models import Store
from tests.web.factories import StoreFactory, UserFactory


@pytest.fixture
def ana(db: None) -> Any:
    return UserFactory(username="ana")


@pytest.fixture
def page(ana: Any) -> Client:
    """A browser in which Ana is logged in."""
    client = Client()
    client.force_login(ana)
    return client


@pytest.fixture
def store(db: None) -> Store:
    return StoreFactory(slug="au")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the doorbell was rung for, instead of ringing it."""
    rings: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda *args, **_: rings.append(args))
    monkeypatch.setattr(doorbell, "_covered", {})
    return rings
