"""Figures with the bounds aimed at, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_WIDTH = 140


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `aim` None: it explains others; `at_most`: smaller is better."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure by its aim; None where there is none, or where it is 0."""
        return self.value / self.aim if self.aim else None

    @property
    def met(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value <= self.aim if self.at_most else self.value >= self.aim


def machine() -> dict[str, str]:
    """What the figures depend on. The load says how busy the machine was with other things."""
    return {
        "machine": platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def show(scenario: str, rows: Iterable[Row]) -> None:
    """Print the table of one scenario."""
    table = Table(title=scenario, title_justify="left", title_style="bold", expand=False)
    for name in ("figure", "measured", "aim", "ratio", "note"):
        table.add_column(name, justify="right" if name in ("measured", "aim", "ratio") else "left")
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        aim = "" if row.aim is None else f"{sign} {_number(row.aim)} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        style = {True: "green", False: "yellow", None: ""}[row.met]
        measured = f"{_number(row.value)} {row.unit}"
        table.add_row(row.what, measured, aim, ratio, row.note, style=style)
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)


def write(file: Path, facts: dict[str, str], found: dict[str, list[Row]]) -> None:
    """The same as JSON."""
    figures: dict[str, Any] = {
        name: [asdict(row) | {"ratio": row.ratio, "met": row.met} for row in rows]
        for name, rows in found.items()
    }
    file.write_text(json.dumps({"machine": facts, "figures": figures}, indent=2) + "\n")


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.3f}" if abs(value) < 1 else f"{value:,.2f}"
