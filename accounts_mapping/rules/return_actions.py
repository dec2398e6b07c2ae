"""Whether the actions of returns that give money back are those that the shop has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# What a shop calls what it does before, or in place of, giving money back.
_NO_MONEY = re.compile(r"wait|replac|repair|exchang|reject|declin", re.IGNORECASE)


def doubtful_actions(chosen: Sequence[str], known: Sequence[Sequence[str]]) -> Iterator[str]:
    """One line for each of `refunds.return_actions` that is not in the shop's own list, ids with
    their names, or means something else there. Nothing where the shop has not told its list."""
    names = {str(one): str(name) for one, name in known}
    if not names:
        return
    listed = ", ".join(f"{one} ({name})" for one, name in names.items())
    for one in chosen:
        if one not in names:
            yield f'refunds.return_actions: the shop has no action "{one}". It has {listed}'
        elif _NO_MONEY.search(names[one]):
            yield (
                f'refunds.return_actions: "{one}" is {names[one]} in the shop, and money is given '
                f"back for it. It has {listed}"
            )
