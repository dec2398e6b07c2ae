"""One small change to a module's code at a time: a boundary moved, a sign turned, a condition gone.

Every change is found again by its number, so that another process can make the same one.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult,
}  # fmt: skip
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is changed, on which line, and in which function or method (`Class.name`)."""

    number: int
    line: int
    function: str
    what: str


Edit = Callable[[ast.AST], None]


def mutations(source: str) -> list[Mutation]:
    """All changes that can be made to this source, in the order of the tree."""
    return [
        Mutation(number, node.lineno, function, what)
        for number, (node, function, what, _) in enumerate(_edits(ast.parse(source)))
    ]


def mutated(source: str, number: int) -> ast.Module:
    """The module with one of them made."""
    tree = ast.parse(source)
    for at, (node, _, _, edit) in enumerate(_edits(tree)):
        if at == number:
            edit(node)
            return ast.fix_missing_locations(tree)
    raise IndexError(f"there are fewer than {number + 1} mutations")


def _edits(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str, str, Edit]]:
    """Nodes within functions, with the name of the outermost one."""
    for name, function in _functions(tree):
        skipped = {id(inner) for part in _untouched(function) for inner in ast.walk(part)}
        for node in ast.walk(function):
            if id(node) not in skipped:
                for what, edit in _of(node):
                    assert isinstance(node, ast.expr | ast.stmt)
                    yield node, name, what, edit


def _functions(node: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield within + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{within}{child.name}.")


def _untouched(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Annotations, decorators, docstrings and the words of messages are not what runs."""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef):
            yield from node.decorator_list
            yield node.args
            if node.returns:
                yield node.returns
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation
        elif isinstance(node, ast.JoinedStr):
            yield node


def _of(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        old, new = type(node.ops[0]), _COMPARED[type(node.ops[0])]
        yield f"{old.__name__} becomes {new.__name__}", _set("ops", [new()])
    elif isinstance(node, ast.BinOp) and type(node.op) in _COUNTED:
        old_op, new_op = type(node.op), _COUNTED[type(node.op)]
        yield f"{old_op.__name__} becomes {new_op.__name__}", _set("op", new_op())
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        yield "what is added is not", _set("value", ast.Constant(value=0))
    elif isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            yield f"part {place + 1} of the condition is gone", _without(place)
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} becomes {other.__name__}", _set("op", other())
    elif isinstance(node, ast.If | ast.IfExp):
        yield "the condition never holds", _set("test", ast.Constant(value=False))
        if not isinstance(node.test, ast.Compare):
            negated = ast.UnaryOp(op=ast.Not(), operand=copy.deepcopy(node.test))
            yield "the condition is turned", _set("test", negated)
    elif isinstance(node, ast.comprehension) and node.ifs:
        return
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        if any(generator.ifs for generator in node.generators):
            yield "what is left out is taken", _take_all
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _of_call(node, node.func)


def _of_call(node: ast.Call, name: ast.Name) -> Iterator[tuple[str, Edit]]:
    if name.id in _CALLED:
        other = _CALLED[name.id]
        yield f"{name.id} becomes {other}", _set("func", ast.Name(id=other, ctx=ast.Load()))
    elif name.id == "Decimal" and node.args and isinstance(node.args[0], ast.Constant):
        value = node.args[0].value
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            yield f"{value} becomes ten times it", _set("args", [ast.Constant(value=f"{value}e1")])


def _without(place: int) -> Edit:
    def drop(node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        node.values[place] = ast.Constant(value=isinstance(node.op, ast.And))

    return drop


def _set(name: str, value: object) -> Edit:
    return lambda node: setattr(node, name, value)


def _take_all(node: ast.AST) -> None:
    assert isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp)
    for generator in node.generators:
        generator.ifs = []
