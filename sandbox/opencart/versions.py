"""What differs between OpenCart's versions, as far as orders and the extension show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """One version.

    `json_methods`: payment and shipping are JSON text, else a title with a code beside it.
    `fixed_per_line`: a tax of a fixed amount is charged once for a line, else for each piece.
    `touches`: a new status moves an order's `date_modified`.
    """

    number: str
    json_methods: bool
    vouchers: bool
    fixed_per_line: bool
    touches: bool
    points_negated: bool
    return_actions: tuple[str, ...]

    @property
    def four(self) -> bool:
        return self.json_methods


_ACTIONS = ("Refunded", "Credit Issued", "Replacement Sent")

VERSIONS = {
    "3": Version(
        "3.0.5.1", json_methods=False, vouchers=True, fixed_per_line=False, touches=True,
        points_negated=False, return_actions=_ACTIONS,
    ),
    "4.0": Version(
        "4.0.2.3", json_methods=True, vouchers=True, fixed_per_line=False, touches=True,
        points_negated=False, return_actions=_ACTIONS,
    ),
    "4": Version(
        "4.1.0.4", json_methods=True, vouchers=False, fixed_per_line=True, touches=False,
        points_negated=True,
        return_actions=("Waiting for return", *_ACTIONS[1:], "Refunded"),
    ),
}  # fmt: skip
