"""The mutants of a module: each is the module with one small mistake in it.

Mistakes are a comparison that is off by one or turned round, `and` for `or`, a lost `not`, another
constant, `None` for what is returned, a statement that is missing, two arguments that have changed
places, another arithmetic. What people read (f-strings, and texts with a blank in them), what only
documents (docstrings, annotations) and what only tells mypy something (assert) stay as they are.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift}
_UNTOUCHED = {"annotation", "returns", "decorator_list", "bases", "type"}
"""Fields of nodes in which nothing is changed."""
_SYMMETRIC = {"min", "max", "suppress", "os.path.samestat"}
"""Functions whose arguments may change places."""


class Mutant(NamedTuple):
    """What stands where, and what stands there instead; `place` is the function or class, "" outside any.

    `names` are bound by a statement that is carried out only once, when the module is loaded.
    """

    path: Path
    place: str
    lines: tuple[int, int]
    before: str
    after: str
    number: int
    names: frozenset[str]
    again: int

    @property
    def module(self) -> Path:
        """The file without suffix; a package by its folder."""
        return self.path.parent if self.path.stem == "__init__" else self.path.with_suffix("")

    @property
    def title(self) -> str:
        """What stays the same when lines move: module, place and change; #2 is the same change a second time."""
        where = "/".join(self.module.parts[-2:])
        again = f" #{self.again}" if self.again > 1 else ""
        return f"{where} {self.place or '-'}: {self.before} -> {self.after}{again}"


class _Site(NamedTuple):
    """A node in its tree, so that another one can take its place."""

    parent: ast.AST
    field: str
    index: int | None
    place: str
    lines: tuple[int, int]
    names: frozenset[str]

    def set(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def of(path: Path) -> list[Mutant]:
    """All mutants of a module."""
    found: list[Mutant] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for number, (site, node, other) in enumerate(_changes(_tree(path))):
        change = site.place, _text(node), _text(other)
        seen[change] += 1
        found.append(Mutant(path, site.place, site.lines, *change[1:], number, site.names, seen[change]))
    return found


def compiled(mutant: Mutant) -> CodeType:
    """The module with the mistake in it."""
    tree = _tree(mutant.path)
    for number, (site, node, other) in enumerate(_changes(tree)):
        if number == mutant.number:
            site.set(ast.fix_missing_locations(ast.copy_location(other, node)))
            break
    return compile(tree, str(mutant.path), "exec")


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _changes(tree: ast.Module) -> Iterator[tuple[_Site, ast.AST, ast.AST]]:
    for site, node in _sites(tree, "", frozenset(), False):
        for other in _instead(site, node):
            yield site, node, other


def _sites(parent: ast.AST, place: str, names: frozenset[str], inside: bool) -> Iterator[tuple[_Site, ast.AST]]:
    """Every node that may be changed; `inside` a function no name is bound once for all."""
    for field, value in ast.iter_fields(parent):
        within = inside or isinstance(parent, (ast.FunctionDef, ast.Lambda)) and field == "body"
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if field in _UNTOUCHED or not isinstance(node, ast.AST) or _is_kept(node):
                continue
            bound = names if within or not isinstance(node, ast.stmt) else _bound(node) or names
            if isinstance(node, (ast.expr, ast.stmt)):
                lines = (node.lineno, node.end_lineno or node.lineno)
                yield _Site(parent, field, index, place, lines, frozenset() if within else bound), node
            deeper = f"{place}.{node.name}".lstrip(".") if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else place
            yield from _sites(node, deeper, bound, within)


def _is_kept(node: ast.AST) -> bool:
    return (isinstance(node, (ast.JoinedStr, ast.Assert, ast.Import, ast.ImportFrom))
            or isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            or isinstance(node, ast.Assign) and "TypeVar(" in ast.unparse(node.value))


def _bound(node: ast.stmt) -> frozenset[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return frozenset({node.name})
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


def _instead(site: _Site, node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(ops=[one, *more]) if type(one) in _COMPARISONS:
            yield ast.Compare(node.left, [_COMPARISONS[type(one)](), *more], node.comparators)
            if more and type(more[-1]) in _COMPARISONS:
                yield ast.Compare(node.left, [*node.ops[:-1], _COMPARISONS[type(more[-1])]()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            if len(node.values) > 2:
                yield from (ast.BoolOp(node.op, [one for one in node.values if one is not left])
                            for left in node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
        case ast.Constant():
            yield from map(ast.Constant, _other(node.value))
        case ast.Call(args=[first, second, *rest]) if not isinstance(first, ast.Starred):
            if (not isinstance(second, ast.Starred) and _text(node.func) not in _SYMMETRIC
                    and _text(first) != _text(second)):
                yield ast.Call(node.func, [second, first, *rest], node.keywords)
        case ast.Return(value=ast.expr() as value) if _text(value) != "None":
            yield ast.Return(ast.Constant(None))
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
    if site.field == "test" and isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        yield ast.UnaryOp(ast.Not(), node)


def _other(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 1
    elif isinstance(value, str) and " " not in value.strip():
        yield f"{value}XX"
    elif isinstance(value, bytes):
        yield value + b"XX"
