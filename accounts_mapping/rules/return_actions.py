"""Whether the actions of returns that give money back are those that the shop has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from connector.lib.texts.said import at_field, said

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
            text = said(
                'the shop has no action "%(action)s". It has %(listed)s', action=one, listed=listed
            )
            yield at_field("refunds.return_actions", text)
        elif _NO_MONEY.search(names[one]):
            text = said(
                '"%(action)s" is %(name)s in the shop, and money is given back for it. It has '
                "%(listed)s",
                action=one, name=names[one], listed=listed,
            )  # fmt: skip
            yield at_field("refunds.return_actions", text)
