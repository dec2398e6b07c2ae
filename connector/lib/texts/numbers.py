"""Why a number was not read, as `connector.lib.money` says it, which is below all texts."""

from __future__ import annotations

from collections.abc import Mapping

from connector.lib.texts.said import Said, said

WHY_NO_NUMBER: Mapping[str, Said] = {
    str(why): why
    for why in (
        said("not a number"), said("not a finite number"), said("larger than 10^10"),
        said("not a number that a price could be"),
    )
}  # fmt: skip
