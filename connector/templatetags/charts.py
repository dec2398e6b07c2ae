"""Charts drawn on the server as SVG, without a script and without inline style."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template

register = template.Library()

_WIDTH, _HEIGHT = 720, 150
_TOP, _BOTTOM, _SIDE = 24, 26, 4
_GAP = 0.28


@register.inclusion_tag("_day_chart.html")
def day_chart(days: Sequence[tuple[date, int]], noun: str) -> dict[str, Any]:
    """One bar a day, its count above it, every second date below; the newest at the right."""
    step = (_WIDTH - 2 * _SIDE) / max(len(days), 1)
    width = step * (1 - _GAP)
    room = _HEIGHT - _TOP - _BOTTOM
    largest = max((count for _, count in days), default=0) or 1
    bars = []
    for index, (day, count) in enumerate(days):
        height = max(round(room * count / largest, 1), 2)
        left = _SIDE + index * step + (step - width) / 2
        bars.append(
            {
                "x": round(left, 1),
                "y": round(_TOP + room - height, 1),
                "width": round(width, 1),
                "height": height,
                "middle": round(left + width / 2, 1),
                "label_y": round(_TOP + room - height - 5, 1),
                "count": count,
                "day": day,
                "dated": (len(days) - 1 - index) % 2 == 0,
            }
        )
    return {
        "bars": bars,
        "noun": noun,
        "total": sum(count for _, count in days),
        "width": _WIDTH,
        "height": _HEIGHT,
        "base": _HEIGHT - _BOTTOM,
        "date_y": _HEIGHT - 6,
    }
