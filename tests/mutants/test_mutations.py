"""The small changes of a mutation run: which are made, where, and that each is found again."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutate import mutated, mutations

SOURCE = '''
LIMIT = 5 > 3

class Till:
    @property
    def open(self) -> bool:
        """Not this: 1 < 2."""
        return self.due > 0 and not self.locked

def left(parts: list[int], most: int = 3 - 1) -> int:
    total = 0
    for part in parts:
        total += part
    return min(total, most)
'''


def test_only_what_runs_in_a_function_is_changed_and_its_name_is_told() -> None:
    found = [(one.function, one.line, one.what) for one in mutations(SOURCE)]
    assert sorted(found) == [
        ("Till.open", 8, "And becomes Or"),
        ("Till.open", 8, "Gt becomes GtE"),
        ("Till.open", 8, "part 1 of the condition is gone"),
        ("Till.open", 8, "part 2 of the condition is gone"),
        ("left", 13, "what is added is not"),
        ("left", 14, "min becomes max"),
    ]


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("Gt becomes GtE", "return self.due >= 0 and (not self.locked)"),
        ("And becomes Or", "return self.due > 0 or not self.locked"),
        ("part 1 of the condition is gone", "return True and (not self.locked)"),
        ("part 2 of the condition is gone", "return self.due > 0 and True"),
        ("what is added is not", "total += 0"),
        ("min becomes max", "return max(total, most)"),
    ],
)
def test_a_change_is_made_by_its_number_and_no_other_with_it(what: str, text: str) -> None:
    (one,) = [one for one in mutations(SOURCE) if one.what == what]
    changed = ast.unparse(mutated(SOURCE, one.number)).splitlines()
    plain = ast.unparse(ast.parse(SOURCE)).splitlines()
    assert [row.strip() for row in changed if row not in plain] == [text]
