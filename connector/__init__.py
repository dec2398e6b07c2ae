"""The Django project: composition root and what every page shares."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`celery_app`, for `celery -A connector`; lazy, so that `lib` can be used without it."""
    if name == "celery_app":
        from connector.celery import app

        return app
    raise AttributeError(name)
