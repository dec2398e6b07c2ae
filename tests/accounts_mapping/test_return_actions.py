"""What the shop calls the actions that are to give money back is compared with its own list."""

from __future__ import annotations

import pytest

from accounts_mapping.rules.return_actions import doubtful_actions

OLDER = [["1", "Refunded"], ["2", "Credit Issued"], ["3", "Replacement Sent"]]
NEWER = [["1", "Waiting for return"], ["2", "Credit Issued"], ["4", "Refunded"]]


@pytest.mark.parametrize(
    ("chosen", "known", "said"),
    [
        (["1", "2"], OLDER, []),
        (["4"], OLDER, ['the shop has no action "4". It has 1 (Refunded), 2 (Credit Issued)']),
        (["4"], NEWER, []),
        (["1"], NEWER, ['"1" is Waiting for return in the shop, and money is given back for it']),
        (["3"], OLDER, ['"3" is Replacement Sent in the shop']),
        (["9"], [], []),
        ([], NEWER, []),
    ],
)
def test_an_action_that_the_shop_has_not_or_means_otherwise_is_said(
    chosen: list[str], known: list[list[str]], said: list[str]
) -> None:
    lines = list(doubtful_actions(chosen, known))
    assert len(lines) == len(said)
    for line, words in zip(lines, said, strict=True):
        assert line.startswith("refunds.return_actions: ")
        assert words in line
