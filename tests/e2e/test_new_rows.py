"""Whoever follows a reason to what is not mapped yet has only the answer to type."""

from __future__ import annotations

from typing import Any

import pytest

from connector.pages.mapping.subjects import missing_url
from tests.e2e.conftest import Surfer

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("payment_accounts.new method", "payment_accounts-1-account"),
        ("total_rows.tip & more", "total_rows-0-meaning"),
    ],
)
def test_the_answer_has_the_focus(
    surfer: Surfer, world: dict[str, Any], path: str, answer: str, scripts: bool
) -> None:
    page = surfer.open(java_script_enabled=scripts)
    page.goto(surfer.address + missing_url("au", path))
    focused = page.locator(":focus")
    assert focused.get_attribute("name") == answer
    assert focused.is_visible()
    assert page.locator(":focus").bounding_box()["y"] < 900  # type: ignore[index]
    assert surfer.complaints == []
