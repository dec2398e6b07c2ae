"""A doorbell that is heard, or not: what was rung for, run when the test says so."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app

from connector.lib import doorbell


class Bell:
    """Collects rings; `answer` runs them as workers would, until it is quiet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rings: list[tuple[str, tuple[Any, ...]]] = []
        monkeypatch.setattr(doorbell, "ring", self._ring)
        monkeypatch.setattr(doorbell, "_covered", {})

    def _ring(self, task_name: str, *args: Any, **options: Any) -> None:
        if (task_name, args) not in self.rings:
            self.rings.append((task_name, args))

    def lose(self) -> None:
        """The broker was flushed: nobody hears of these."""
        self.rings.clear()

    def answer(self) -> None:
        """Run what was rung for; tasks that only wait are left to the sweep."""
        current_app.loader.import_default_modules()
        for _ in range(50):
            if not self.rings:
                return
            name, args = self.rings.pop(0)
            current_app.tasks[name](*args)
        self.rings.clear()
