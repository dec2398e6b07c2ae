"""A table whose columns are declared once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError


def drawn(body: str, **context: Any) -> str:
    text = Template("{% load tables %}" + body).render(Context(context))
    return re.sub(r">\s+<", "><", text)


TABLE = """{% table lines as line label="Two lines" pick="line" pick_label=line.name %}
  {% column "Name" title %}{{ line.name }}{% endcolumn %}
  {% column "Sum" num %}{{ line.sum }}{% endcolumn %}
  {% column "Kind" plain when=kinds %}{{ line.kind }}{% endcolumn %}
  {% below when=line.why %}{{ line.why }}{% endbelow %}
  {% empty %}<p>Nothing</p>
{% endtable %}"""
LINES = [
    {"pk": 7, "name": "<b>A</b>", "sum": 1, "kind": "x", "why": ""},
    {"pk": 8, "name": "B", "sum": "", "kind": "y", "why": "Because & so"},
]


def test_a_column_has_its_head_its_cells_and_its_label_where_it_stacks() -> None:
    text = drawn(TABLE, lines=[{"pk": 7, "name": "A", "sum": 1}])

    assert '<caption class="visually-hidden">Two lines</caption>' in text
    assert '<th scope="col">Name</th><th class="num" scope="col">Sum</th></tr></thead>' in text
    assert '<th scope="row">A</th><td class="num" data-label="Sum">1</td></tr>' in text
    assert "Kind" not in text


def test_what_a_row_says_is_escaped_and_an_empty_cell_has_no_label() -> None:
    text = drawn(TABLE, lines=LINES, kinds=True)

    assert "&lt;b&gt;A&lt;/b&gt;" in text
    assert 'value="7" aria-label="Select &lt;b&gt;A&lt;/b&gt;"' in text
    assert '<td class="num"></td><td>y</td></tr>' in text


def test_a_line_below_a_row_takes_its_whole_width() -> None:
    text = drawn(TABLE, lines=LINES, kinds=True)

    assert text.count("<tbody>") == 2
    assert text.count('<td class="below" colspan="4">') == 1
    assert "Because &amp; so" in text


def test_no_rows_are_said_instead_of_an_empty_table() -> None:
    assert drawn(TABLE, lines=[]).strip() == "<p>Nothing</p>"


def test_rows_of_a_kind_stand_under_one_head() -> None:
    body = """{% table lines as line caption="Lines" class="small" id="all" %}
      {% group line.kind %}{{ line.kind }}{% endgroup %}
      {% column "Name" title %}{{ line.name }}{% endcolumn %}
      {% column "Sum" %}{{ line.sum }}{% endcolumn %}
      {% instead when=line.gone class="muted" %}gone{% endinstead %}
      {% foot %}<tr><th>Sum</th><td>3</td></tr>{% endfoot %}
    {% endtable %}"""
    lines = [
        {"kind": "x", "name": "A", "sum": 1}, {"kind": "x", "name": "B", "sum": 2, "gone": True},
        {"kind": "y", "name": "C", "sum": 3},
    ]  # fmt: skip

    text = drawn(body, lines=lines)

    assert '<table class="table small" id="all"><caption>Lines</caption>' in text
    assert re.findall(r'scope="rowgroup">(\w)<', text) == ["x", "y"]
    assert text.count('<tr class="group level-0"><th colspan="2"') == 2
    row = '<th scope="row">B</th><td class="instead muted" colspan="1">gone</td></tr>'
    assert row in text
    assert "<tfoot><tr><th>Sum</th><td>3</td></tr></tfoot>" in text


@pytest.mark.parametrize(
    "body",
    [
        "{% table lines %}{% endtable %}",
        "{% table lines as line %}{% endtable %}",
        '{% table lines as line label="x" widht=1 %}{% endtable %}',
        '{% table lines as line label="x" %}{% column "a" titel %}{% endcolumn %}{% endtable %}',
    ],
)
def test_a_word_that_a_table_does_not_know_is_refused(body: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        drawn(body)


def test_an_inner_group_begins_anew_in_each_outer_one() -> None:
    body = """{% table lines as line label="Lines" %}
      {% group line.kind %}{{ line.kind }}{% endgroup %}
      {% group line.size %}size {{ line.size }}{% endgroup %}
      {% column "Name" title %}{{ line.name }}{% endcolumn %}
    {% endtable %}"""
    lines = [
        {"kind": "x", "size": 1, "name": "A"}, {"kind": "x", "size": 2, "name": "B"},
        {"kind": "x", "size": 2, "name": "C"}, {"kind": "y", "size": 2, "name": "D"},
    ]  # fmt: skip

    found = re.findall(r'scope="row(?:group)?">([^<]*)<', drawn(body, lines=lines))

    assert found == ["x", "size 1", "A", "size 2", "B", "C", "y", "size 2", "D"]
