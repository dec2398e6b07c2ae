"""The table of all pages: a column is declared once, with its head, its cell and its place.

    {% table accounts as account label=_("Accounts by code") %}
      {% column _("Code") title code %}{{ account.code }}{% endcolumn %}
      {% column _("Name") plain %}{{ account.name }}{% endcolumn %}
      {% column _("Balance") num %}{{ account.balance|money }}{% endcolumn %}
      {% empty %}{% nothing _("No account yet") %}…{% endnothing %}
    {% endtable %}

`{% below when=… %}` adds a line under the row, over its whole width; `{% instead when=… %}`
stands for all cells but the title; `{% group value %}…{% endgroup %}` heads the rows that have the
same value, and there may be several, the outer first; `{% foot %}` holds rows of sums.
`pick="order"` puts a box before each row, whose value is its `pk` (`pick_value=`) and whose name
for those who hear it is `pick_label=`.

On a phone each row stacks: the title and the aside first, then a line a column, with the column's
label before the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

# What may be said of a column, and what it is in the markup.
_FLAGS = {
    "title": "the head of its row; stacked: the first line",
    "aside": "stacked: at the end of the first line",
    "plain": "stacked: without its label, as the value speaks for itself",
    "wide": "not stacked: takes the room that is left",
    "num": "a number: at the end, in tabular figures",
    "code": "in the mono face",
    "clip": "one line, cut off with an ellipsis",
    "nowrap": "never broken",
    "act": "buttons: at the end",
    "quiet": "the head is heard, not seen",
    "aloof": "left out where the table is stacked",
}
_CLASSES = ("aside", "wide", "num", "code", "clip", "nowrap", "act", "aloof")
_OPTIONS = {
    "table": {
        "label", "caption", "class", "id", "pick", "pick_when", "pick_value", "pick_label",
        "picked", "row_class",
    },
    "column": {"when", "class"},
    "below": {"when", "class"},
    "instead": {"when", "class"},
}  # fmt: skip

Options = dict[str, FilterExpression]


@dataclass(slots=True)
class _Part:
    """What stands between a tag of the table and its end."""

    kind: str
    head: FilterExpression | None
    flags: frozenset[str]
    options: Options
    body: NodeList

    def shown(self, context: template.Context) -> bool:
        when = self.options.get("when")
        return when is None or bool(when.resolve(context, ignore_failures=True))

    def classes(self, context: template.Context) -> str:
        found = [name for name in _CLASSES if name in self.flags]
        if "class" in self.options:
            found.append(str(self.options["class"].resolve(context)))
        return " ".join(filter(None, found))


def _options(parser: Parser, tag: str, words: list[str]) -> tuple[Options, list[str]]:
    """`name=value` as expressions, and the words that are left."""
    options: Options = {}
    rest = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            rest.append(word)
            continue
        if name not in _OPTIONS[tag]:
            raise template.TemplateSyntaxError(f"{{% {tag} %}} does not know {name}=")
        options[name] = parser.compile_filter(value)
    return options, rest


@register.tag
def table(parser: Parser, token: Token) -> TableNode:
    """`{% table rows as row label=… %}`; see the module."""
    words = token.split_contents()[1:]
    if len(words) < 3 or words[1] != "as":
        raise template.TemplateSyntaxError("write {% table rows as row label=… %}")
    options, rest = _options(parser, "table", words[3:])
    if rest or not options.keys() & {"label", "caption"}:
        raise template.TemplateSyntaxError("a table has label= (heard) or caption= (seen)")
    options.setdefault("pick_value", parser.compile_filter(f"{words[2]}.pk"))
    node = TableNode(parser.compile_filter(words[0]), words[2], options)
    while (part := _next(parser)) is not None:
        node.add(part)
    return node


def _next(parser: Parser) -> _Part | None:
    """The next tag inside a table with its content; None at the end of the table."""
    parser.parse(("column", "below", "instead", "group", "foot", "empty", "endtable"))
    token = parser.next_token()
    kind, *words = token.split_contents()
    if kind == "endtable":
        return None
    if kind == "empty":
        return _Part(kind, None, frozenset(), {}, parser.parse(("endtable",)))
    options, rest = _options(parser, kind, words) if kind in _OPTIONS else ({}, words)
    head = parser.compile_filter(rest.pop(0)) if kind in ("column", "group") else None
    if unknown := set(rest) - set(_FLAGS):
        raise template.TemplateSyntaxError(f"{{% {kind} %}} does not know {sorted(unknown)}")
    end = f"end{kind}"
    body = parser.parse((end,))
    parser.delete_first_token()
    return _Part(kind, head, frozenset(rest), options, body)


class TableNode(template.Node):
    """Draws the head once and each row from its columns."""

    def __init__(self, rows: FilterExpression, name: str, options: Options) -> None:
        self._rows, self._name, self._options = rows, name, options
        self._columns: list[_Part] = []
        self._others: dict[str, list[_Part]] = {}

    def add(self, part: _Part) -> None:
        if part.kind == "column":
            self._columns.append(part)
        else:
            self._others.setdefault(part.kind, []).append(part)

    def render(self, context: template.Context) -> SafeString:
        rows = self._rows.resolve(context, ignore_failures=True)
        rows = list(rows) if rows is not None else []
        if not rows and "empty" in self._others:
            return self._others["empty"][0].body.render(context)
        columns = [column for column in self._columns if column.shown(context)]
        heads = [_words(column, context) for column in columns]
        picks = self._picks(context)
        parts = [
            '<div class="table-room">',
            self._opening(context),
            _head(columns, heads, context, picks),
            *self._bodies(context, rows, columns, heads, picks),
            *(
                f"<tfoot>{part.body.render(context)}</tfoot>"
                for part in self._others.get("foot", ())
            ),
            "</table></div>",
        ]
        return mark_safe("".join(parts))  # noqa: S308 - each part was escaped where it was made

    def _value(self, context: template.Context, name: str, *, default: Any = "") -> Any:
        return self._options[name].resolve(context) if name in self._options else default

    def _picks(self, context: template.Context) -> str:
        """The name of the boxes; empty where nothing is picked."""
        allowed = self._value(context, "pick_when", default=True)
        return str(self._value(context, "pick")) if allowed else ""

    def _opening(self, context: template.Context) -> str:
        given = str(self._value(context, "id"))
        said = self._value(context, "caption") or self._value(context, "label")
        return format_html(
            '<table class="{}"{}><caption{}>{}</caption>',
            f"table {self._value(context, 'class')}".strip(),
            format_html(' id="{}"', given) if given else "",
            "" if "caption" in self._options else mark_safe(' class="visually-hidden"'),
            said,
        )

    def _bodies(
        self, context: template.Context, rows: list[Any], columns: list[_Part],
        heads: list[str], picks: str,
    ) -> Iterator[str]:  # fmt: skip
        """One `<tbody>`; one for each row where something may stand below it, or each group."""
        width = len(columns) + bool(picks)
        apart = "below" in self._others
        before: list[Any] = []
        yield "" if apart else "<tbody>"
        for row in rows:
            with context.push(**{self._name: row}):
                here = [_value_of(part, context) for part in self._others.get("group", ())]
                yield self._groups(context, here, before, width, apart=apart)
                before = here
                yield "<tbody>" if apart else ""
                yield self._row(context, columns, heads, picks)
                for part in self._others.get("below", ()):
                    if part.shown(context):
                        yield _over(part, context, width, "below")
                yield "</tbody>" if apart else ""
        yield "" if apart else "</tbody>"

    def _groups(
        self, context: template.Context, here: list[Any], before: list[Any], width: int, *,
        apart: bool,
    ) -> str:  # fmt: skip
        """The heads of the groups that begin here: from the outermost that is another."""
        changed = next((n for n, one in enumerate(here) if before[n : n + 1] != [one]), None)
        if changed is None:
            return ""
        rows = "".join(
            f'<tr class="group level-{number}"><th colspan="{width}" scope="rowgroup">'
            f"{words}</th></tr>"
            for number, part in enumerate(self._others["group"])
            if number >= changed and (words := part.body.render(context).strip())
        )
        return f"<tbody>{rows}</tbody>" if apart else f"</tbody><tbody>{rows}"

    def _row(
        self, context: template.Context, columns: list[_Part], heads: list[str], picks: str
    ) -> str:
        kind = str(self._value(context, "row_class"))
        cells = [format_html('<tr class="{}">', kind) if kind else "<tr>"]
        if picks:
            cells.append(self._box(context, picks))
        instead = next((p for p in self._others.get("instead", ()) if p.shown(context)), None)
        for column, head in zip(columns, heads, strict=True):
            if instead is None or "title" in column.flags:
                cells.append(_cell(column, head, context))
        if instead is not None:
            left = len(columns) - sum("title" in column.flags for column in columns)
            cells.append(_over(instead, context, left, "instead", row=False))
        return "\n".join([*cells, "</tr>"])

    def _box(self, context: template.Context, name: str) -> str:
        row = context[self._name]
        value = self._value(context, "pick_value")
        checked = mark_safe(" checked") if self._value(context, "picked", default=False) else ""
        label = _("Select %(row)s") % {"row": self._value(context, "pick_label", default=row)}
        return format_html(
            '<td class="pick"><input type="checkbox" name="{}" value="{}" aria-label="{}"{}></td>',
            name, value, label, checked,
        )  # fmt: skip


def _words(column: _Part, context: template.Context) -> str:
    assert column.head is not None
    return str(conditional_escape(column.head.resolve(context)))


def _head(columns: list[_Part], heads: list[str], context: template.Context, picks: str) -> str:
    cells = []
    if picks:
        box = format_html(
            '<input type="checkbox" class="needs-js" data-pick-all aria-label="{}">',
            _("Select all on this page"),
        )
        cells.append(f'<th class="pick" scope="col">{box}</th>')
    for column, words in zip(columns, heads, strict=True):
        kinds = column.classes(context)
        shown = (
            f'<span class="visually-hidden">{words}</span>' if "quiet" in column.flags else words
        )
        cells.append(format_html('<th{} scope="col">{}</th>', _class(kinds), mark_safe(shown)))  # noqa: S308
    return "\n".join(["<thead><tr>", *cells, "</tr></thead>"])


def _class(kinds: str) -> SafeString:
    return format_html(' class="{}"', kinds) if kinds else mark_safe("")


def _cell(column: _Part, head: str, context: template.Context) -> str:
    content = column.body.render(context).strip()
    kinds = _class(column.classes(context))
    if "title" in column.flags:
        return f'<th{kinds} scope="row">{content}</th>'
    labelled = content and not column.flags & {"aside", "plain", "act", "aloof"}
    label = f' data-label="{head}"' if labelled else ""
    return f"<td{kinds}{label}>{content}</td>"


def _over(
    part: _Part, context: template.Context, width: int, kind: str, *, row: bool = True
) -> str:
    """A cell over so many columns, in a row of its own or not."""
    kinds = f"{kind} {part.classes(context)}".strip()
    cell = f'<td class="{kinds}" colspan="{width}">{part.body.render(context).strip()}</td>'
    return f"<tr>{cell}</tr>" if row else cell


def _value_of(part: _Part, context: template.Context) -> Any:
    assert part.head is not None
    return part.head.resolve(context)
