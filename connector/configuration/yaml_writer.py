"""Settings → YAML text that `yaml_text` reads back as they were, and that looks tidy.

Text that this or another reader could take for a number, a date, a boolean or null is
quoted; numbers are written plain, references to variables in double quotes.
"""

from __future__ import annotations

import re
import sys
from io import StringIO
from typing import Any

import yaml

_ONE_LINE = 90
# Numbers of YAML 1.2 that PyYAML, which knows 1.1, would not quote as text.
_CORE_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|0o[0-7]+$")


class Number(str):
    """A number in plain notation."""


class Reference(str):
    """The name of a variable that stands for a secret."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _number(dumper: _Dumper, value: Number) -> yaml.ScalarNode:
    tag = "float" if "." in value else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", str(value))


def _reference(dumper: _Dumper, name: Reference) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", f"${{{name}}}", style='"')


_Dumper.add_representer(Number, _number)
_Dumper.add_representer(Reference, _reference)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _CORE_NUMBER, list("-+.0123456789"))


def written(value: Any) -> str:
    """A mapping or list as YAML text: in lines, but what is short inside stands in one line."""
    root = _Dumper(StringIO(), sort_keys=False).represent_data(value)
    _lay_out(root)
    assert isinstance(root, yaml.CollectionNode)
    root.flow_style = False
    text: str = yaml.serialize(root, Dumper=_Dumper, allow_unicode=True, width=sys.maxsize)
    return text


def _lay_out(node: yaml.Node) -> int:
    """Choose each collection's style; its length in one line."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2
    assert isinstance(node, yaml.CollectionNode)
    pairs = isinstance(node, yaml.MappingNode)
    children = [child for pair in node.value for child in pair] if pairs else node.value
    length = 2 + sum(_lay_out(child) + 2 for child in children)
    node.flow_style = length <= _ONE_LINE
    return length
