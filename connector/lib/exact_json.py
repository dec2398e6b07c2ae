"""JSON whose numbers keep their digits, both ways, and what in it no database can hold.

`loads` reads text and `dumps` writes it, equal content as equal text. What somebody else wrote
goes through `tame` before it is stored, searched or shown: a copy that can be, and the flaws,
by path, of what could not be taken over as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Any, NoReturn

# No record of a shop is nested a tenth as deep; what walks through one goes into each level.
DEPTH = 64
# Python refuses to read or write whole numbers of thousands of digits.
_DIGITS = 40
_MOST_FLAWS, _PATH = 20, 100


@dataclass(frozen=True, slots=True)
class Flaw:
    """What could not be taken over: where it stands (`items[0].name`), and a sentence on it."""

    path: str
    message: str


class Unkept(str):
    """Text in the place of what must not be kept as it was; `why` is a sentence on that."""

    why: str

    def __new__(cls, text: str, why: str) -> Unkept:
        made = super().__new__(cls, text)
        made.why = why
        return made


class _Doubled(list[Any]):
    """The values of a key that an object gives more than once, and differently."""


def loads(text: str, *, strict: bool = False) -> Any:
    """JSON text, exact: a number with a point is a Decimal. Raises ValueError for other text.

    What is no JSON but comes in its place, NaN and Infinity, is read too unless `strict`, so that
    `tame` can say where it stands; a number beyond all bounds stays text. What is nested deeper
    than Python reads is cut, deeper down than `tame` lets pass.
    """
    try:
        return _loads(text, strict)
    except RecursionError:
        return _loads(_shallow(text), strict)


def dumps(value: Any, indent: int = 0) -> str:
    """The text of what `loads` or `tame` gave, its keys in order; `indent`: on several lines."""
    parts: list[str] = []
    _write(value, parts.append, indent, "\n" if indent else "")
    return "".join(parts)


def tame(value: Any) -> tuple[Any, list[Flaw]]:
    """The value as it can be stored, and what of it is not as it was, at most twenty flaws."""
    flaws: list[Flaw] = []
    if _is_tame(value, 0):
        return value, flaws

    def note(path: str, what: str) -> None:
        shown = path if len(path) <= _PATH else f"{path[: _PATH - 1]}…"
        if len(flaws) < _MOST_FLAWS:
            flaws.append(Flaw(shown, f"{shown or 'The record'} {what}."))

    return _tamed(value, "", 0, note), flaws


def is_storable(text: str) -> bool:
    """Whether any database takes the text: no NUL in it, and no half of a character."""
    return "\0" not in text and _is_whole(text)


def printable(text: str) -> str:
    """Without the control characters that a database, or a page, would choke on."""
    return "".join(character for character in text if character.isprintable())


# --- reading ---------------------------------------------------------------------------------


def _loads(text: str, strict: bool) -> Any:
    return json.loads(
        text,
        parse_float=_decimal,
        parse_int=_integer,
        parse_constant=_refused if strict else Decimal,
        object_pairs_hook=_object,
    )


_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]')


def _shallow(text: str) -> str:
    """The same text without what is nested deeper than twice `DEPTH`."""
    kept: list[str] = []
    depth = start = 0
    for found in _BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth == 2 * DEPTH:
                kept.append(text[start : found.end()])
        elif found[0] in "]}":
            if depth == 2 * DEPTH:
                start = found.start()
            depth -= 1
    if depth < 2 * DEPTH:
        kept.append(text[start:])
    return "".join(kept)


def _decimal(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _DIGITS else Decimal(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    given: dict[str, list[Any]] = {}
    for key, value in pairs:
        given.setdefault(key, []).append(value)
    return {
        key: values[-1] if all(one == values[0] for one in values) else _Doubled(values)
        for key, values in given.items()
    }


# --- writing ---------------------------------------------------------------------------------


def _write(value: Any, put: Callable[[str], None], indent: int, line: str) -> None:
    """`line` begins the line of the value; "" where all stands on one."""
    if isinstance(value, str):
        put(encode_basestring(value))
    elif isinstance(value, Mapping):
        put("{")
        deeper = line + " " * indent
        comma = f",{deeper}" if line else ", "
        for place, key in enumerate(sorted(value)):
            put(f"{comma if place else deeper}{encode_basestring(key)}: ")
            _write(value[key], put, indent, deeper)
        put(f"{line}}}" if value else "}")
    elif isinstance(value, list | tuple):
        put("[")
        deeper = line + " " * indent
        comma = f",{deeper}" if line else ", "
        for place, inner in enumerate(value):
            put(comma if place else deeper)
            _write(inner, put, indent, deeper)
        put(f"{line}]" if value else "]")
    else:
        put(_scalar(value))


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, int | float):
        return json.dumps(value, allow_nan=False)
    raise TypeError(f"{type(value).__name__} in JSON")


# --- taming ----------------------------------------------------------------------------------


def _is_tame(value: Any, depth: int) -> bool:
    """Whether nothing in it needs a change: as a rule, so that is looked at first."""
    if isinstance(value, str):
        return type(value) is not Unkept and _is_whole(value)
    if isinstance(value, dict):
        if depth >= DEPTH:
            return False
        deeper = depth + 1
        return all(_is_whole(key) and _is_tame(value[key], deeper) for key in value)
    if isinstance(value, list | tuple):
        if depth >= DEPTH or type(value) is _Doubled:
            return False
        deeper = depth + 1
        return all(_is_tame(inner, deeper) for inner in value)
    return not isinstance(value, float | Decimal) or Decimal(value).is_finite()


def _tamed(value: Any, path: str, depth: int, note: Callable[[str, str], None]) -> Any:
    """A copy. Recursion ends at `DEPTH`."""
    if isinstance(value, _Doubled):
        note(path, "is given more than once, with different values")
        return _tamed(value[-1], path, depth, note)
    if isinstance(value, dict | list | tuple) and depth >= DEPTH:
        note(path, f"is nested more than {DEPTH} levels deep")
        return None
    if isinstance(value, Unkept):
        note(path, value.why)
    if isinstance(value, dict):
        copy = {}
        for key, inner in value.items():
            name = _whole(key, f"{path}.{key}" if path else key, note)
            copy[name] = _tamed(inner, f"{path}.{name}" if path else name, depth + 1, note)
        return copy
    if isinstance(value, list | tuple):
        places = enumerate(value)
        return [_tamed(inner, f"{path}[{n}]", depth + 1, note) for n, inner in places]
    if isinstance(value, str):
        return _whole(str(value), path, note)
    if isinstance(value, float | Decimal) and not Decimal(value).is_finite():
        note(path, f"is {value}, which is no number")
        return str(value)
    return value


def _is_whole(text: str) -> bool:
    return text.isascii() or _replaced(text) == text


def _whole(text: str, path: str, note: Callable[[str, str], None]) -> str:
    """Text without halves of characters, such as of an emoji that was cut."""
    if _is_whole(text):
        return text
    note(_replaced(path), f'is "{_replaced(text)[:60]}": half a character was cut off')
    return _replaced(text)


def _replaced(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
