"""Write docs/configuration.md and docs/reasons.md from the code.

    .venv/bin/python docs/generate.py

What each key means stands in docs/meanings.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from accounts_mapping.rules.due import DueDays  # noqa: E402
from accounts_mapping.rules.fields import PLACEHOLDERS, Days, Template, Texts  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")

from accounting.reason_kinds import INFORMATIVE, REASONS  # noqa: E402
from accounts_mapping.rules import schema as mapping  # noqa: E402
from accounts_mapping.sections.section import StoreSection  # noqa: E402
from connector.configuration.schema import Count, FileSchema  # noqa: E402
from connector.lib import schema as lib  # noqa: E402
from connector.lib.schema import Section  # noqa: E402
from docs.meanings import INTRODUCTION, MEANINGS, NO_EFFECT, TITLES  # noqa: E402
from stores import registry  # noqa: E402
from stores import settings as stores  # noqa: E402

TYPES: tuple[tuple[Any, str], ...] = (
    (lib.Flag, "true or false"),
    (lib.Number, "number"),
    (lib.Duration, "duration"),
    (lib.Day, "date"),
    (lib.Schedule, "schedule"),
    (lib.TimeOfDay, "time of day"),
    (lib.Percent, "percentage"),
    (lib.Country, "country"),
    (lib.Code, "code"),
    (lib.Text, "text"),
    (Template, "template"),
    (Texts, "text or list"),
    (Days, "days"),
    (
        DueDays,
        "days, `{day: 20, of: next_month}`, `{days: 14, from: end_of_month}` or `contact`",
    ),
    (mapping.PaymentAccount, "account, or accounts by currency"),
    (mapping.RowMeaning, "an account, or `discount`, `gift_card`, `store_credit`, `ignore`"),
    (stores.Zone, "time zone"),
    (stores.Currency, "currency"),
    (stores.Address, "address"),
    (stores.Slug, "slug"),
    (stores.Prefix, "prefix"),
    (Count, "whole number"),
    (str, "text"),
    (bool, "true or false"),
)


def type_of(hint: Any) -> str:
    """The type of a field, in words."""
    for known, words in TYPES:
        if hint == known:
            return words
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    if origin in (Union, UnionType):
        return " or ".join(type_of(part) for part in arguments if part is not type(None))
    if origin is tuple:
        return f"list of {type_of(arguments[0])}"
    if origin is dict:
        return "mapping"
    if hasattr(hint, "__metadata__"):
        return type_of(hint.__origin__)
    raise TypeError(f"{hint!r} has no words in TYPES")


def section_in(hint: Any) -> tuple[type[Section], bool] | None:
    """(section, is a list) where a field holds a section, or a list of them."""
    if isinstance(hint, type) and issubclass(hint, Section):
        return hint, False
    for part in get_args(hint):
        if found := section_in(part):
            return found[0], found[1] or get_origin(hint) is tuple
    return None


def default_of(value: Any, *, required: bool) -> str:
    if required:
        return "**required**"
    if value is None or value in ((), {}, ""):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{value}`"


def rows(
    section: type[Section], prefix: str = ""
) -> Iterator[tuple[str, Any, Any, bool, type[Section] | None]]:
    """(path, type hint, default, required, section) of each key, those within included."""
    hints = get_type_hints(section, include_extras=True)
    names = list(section.model_fields)
    if section is StoreSection:  # how the shop is reached comes first
        names.sort(key=lambda name: name not in stores.StoreSettings.model_fields)
    for name in names:
        field = section.model_fields[name]
        path = f"{prefix}{field.alias or name}"
        found = section_in(hints[name]) if get_origin(hints[name]) is not dict else None
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        yield path, hints[name], default, field.is_required(), found[0] if found else None
        if found:
            yield from rows(found[0], f"{path}{'[]' if found[1] else ''}.")


def paths() -> list[str]:
    """Every key of the schema, as a dotted path."""
    return [path for path, *_ in rows(FileSchema)]


def not_active(path: str) -> bool:
    return path in NO_EFFECT


def configuration() -> str:
    """docs/configuration.md."""
    unknown = sorted(set(MEANINGS) ^ set(paths()))
    if unknown:
        raise SystemExit(f"MEANINGS in docs/meanings.py and the schema differ: {unknown}")
    names = ", ".join(f"`{{{name}}}`" for name in sorted(PLACEHOLDERS))
    parts = [INTRODUCTION.replace("{names}", names).replace("{{", "{").replace("}}", "}")]
    for owner, lines in tables().items():
        title = TITLES.get(owner, f"`{owner.removeprefix('stores[].')}`")
        if owner.startswith("stores[]."):
            title += " of a store"
        parts.append(f"## {title}\n\n| key | type | default | meaning |\n|---|---|---|---|")
        parts[-1] += "".join(f"\n{line}" for line in lines) + "\n"
        if owner == "stores[]":
            parts.append(credentials())
        if owner == "stores[].statuses":
            parts.append(statuses())
    return "\n".join(parts)


def tables() -> dict[str, list[str]]:
    """The rows of each section's table, one a key, by the section's path."""
    found: dict[str, list[str]] = {"": []}
    for path, hint, default, required, section in rows(FileSchema):
        owner, _, name = path.rpartition(".")
        if section is not None:
            is_list = section_in(hint)[1]  # type: ignore[index]
            found.setdefault(path + ("[]" if is_list else ""), [])
            kind, shown = ("list" if is_list else "section"), "–"
        else:
            kind, shown = type_of(hint), default_of(default, required=required)
        if path == "stores[].platform":
            kind = ", ".join(f"`{name}`" for name in registry.profiles())
        if path == "stores[].name":
            shown = "the slug"
        elif path == "stores[].number_prefix":
            shown = 'the slug in capitals and "-"'
        meaning = MEANINGS[path].replace("{unread}", unread())
        if not_active(path):
            meaning += ". **Not active yet**"
        found[owner].append(f"| `{name}` | {kind} | {shown} | {meaning} |")
    return found


def credentials() -> str:
    lines = [
        f"- {name}: "
        + ", or ".join(", ".join(f"`{key}`" for key in way.keys) for way in platform.ways_in)
        for name, platform in registry.profiles().items()
    ]
    return "`credentials`, one set of keys and the whole of it:\n\n" + "\n".join(lines) + "\n"


def unread() -> str:
    """The platforms that a store may name, and whose shops are not read."""
    names = [f"`{name}`" for name in registry.profiles() if not registry.is_read(name)]
    return f"; shops of {' and '.join(names)} are accepted, and not read yet" if names else ""


def statuses() -> str:
    """The statuses that hold without a setting, a sentence for each platform that has such."""
    lines = []
    for platform in registry.profiles().values():
        said = "; ".join(
            f"`{name}`: {', '.join(f'`{one}`' for one in codes)}"
            for name, codes in asdict(platform.statuses).items()
            if codes
        )
        if platform.statuses_hold:
            lines.append(
                f"A {platform.label} store without this section has {said}. "
                "All other statuses are skipped.\n"
            )
    return "\n".join(lines)


def reasons() -> str:
    """docs/reasons.md."""
    lines = [
        "# Reasons",
        "",
        "<!-- Made by docs/generate.py: do not edit. -->",
        "",
        "Why an order, or one of its documents, was not posted. The order's page and `preview` add "
        "a sentence with the values, and the field. What was fixed in the shop, the configuration "
        "or Xero is built anew by itself.",
        "",
        "| code | means | what to do |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{code}` | {kind.title} | {kind.fix} |"
        for code, kind in REASONS.items()
        if code not in INFORMATIVE
    ]
    lines += ["", "## For information", "", "These stop nothing.", ""]
    lines += ["| code | means |", "|---|---|"]
    lines += [f"| `{code}` | {REASONS[code].title} |" for code in sorted(INFORMATIVE)]
    return "\n".join(lines) + "\n"


DOCUMENTS = {"configuration.md": configuration, "reasons.md": reasons}


def main() -> None:
    for name, make in DOCUMENTS.items():
        (HERE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
