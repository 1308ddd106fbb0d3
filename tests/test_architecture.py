"""The house stays as it was designed: directions, sizes, dependencies, types."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cmd2
import pytest

from boxmgmt.application import Boxmgmt
from sysmgmt.screen.sysmgmt import Sysmgmt

ROOT = Path(__file__).parent.parent
OURS = ("sysmgmt", "boxmgmt")
LONGEST_FILE, LONGEST_FUNCTION, MOST_METHODS, MOST_PARAMETERS = 300, 40, 15, 5

KNOWN_TO_ALL = "sysmgmt"
"""The package itself: its __init__ holds the version, which is a fact and not a dependency."""

MAY_IMPORT = {
    "sysmgmt.domain": {"sysmgmt.domain"},
    "sysmgmt.engine": {"sysmgmt.engine", "sysmgmt.domain"},
    "sysmgmt.commands": {"sysmgmt.commands", "sysmgmt.engine", "sysmgmt.domain"},
    "sysmgmt.store": {"sysmgmt.store", "sysmgmt.domain"},
    "sysmgmt.vault": {"sysmgmt.vault", "sysmgmt.domain"},
    "sysmgmt.host": {"sysmgmt.host", "sysmgmt.domain"},
    "sysmgmt.extensions": {"sysmgmt.engine", "sysmgmt.domain"},
    "sysmgmt.screen": {"sysmgmt.screen", "sysmgmt.engine", "sysmgmt.domain", "sysmgmt.extensions"},
    "sysmgmt.__main__": {"sysmgmt.screen"},
    "boxmgmt": {"boxmgmt", "sysmgmt.screen", "sysmgmt.engine", "sysmgmt.domain", "sysmgmt.commands",
                "sysmgmt.extensions"},
}
"""What each part may know besides the standard library; box.py and service/ know them all."""

EXCEPTIONS = {
    ("sysmgmt.screen.client", "sysmgmt.box"): "opens the embedded engine: where a program meets its box",
    ("sysmgmt.screen.pages.shell", "sysmgmt.commands"): "the manual follows the chapters of the catalog",
}
"""Imports against the rule, each with its reason. May only become shorter."""

ONLY_IN = {
    "tinydb": ("sysmgmt.store",),
    "argon2": (),
    "_argon2_cffi_bindings": ("sysmgmt.vault.argon2id",),
    "cryptography": ("sysmgmt.vault",),
    "cmd2": ("sysmgmt.screen", "boxmgmt.application"),
    "prompt_toolkit": ("sysmgmt.screen", "boxmgmt.application"),
    "paramiko": ("sysmgmt.host.sftp",),
    "ldap3": ("sysmgmt.host.ldap_messages",),
    "pyasn1": ("sysmgmt.host.ldap_messages",),
    "subprocess": ("sysmgmt.host",),
    "argparse": (),
    "random": (),
    "pickle": (),
    "shelve": (),
    "marshal": (),
    "yaml": (),
    "readline": (),
}
"""Modules with a home; one without a home may be imported nowhere."""


class Import(NamedTuple):
    """One import of one module; `lazy` where it stands in a function or under TYPE_CHECKING."""

    importer: str
    imported: str
    lazy: bool


@cache
def sources() -> tuple[tuple[str, Path], ...]:
    """Our modules: name and file."""
    found = []
    for path in sorted(one for top in OURS for one in (ROOT / top).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append((".".join(part for part in parts if part != "__init__"), path))
    return tuple(found)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports() -> tuple[Import, ...]:
    """All imports of our modules."""
    return tuple(one for name, path in sources() for one in _imports(name, tree(path), False))


def _imports(importer: str, node: ast.AST, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(importer, alias.name, lazy) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0 and child.module, f"{importer}: imports are absolute"
            modules = {name for name, _ in sources()}
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield Import(importer, whole if whole in modules else child.module, lazy)
        else:
            inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) or (
                isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
            yield from _imports(importer, child, lazy or inside)


def within(module: str, package: str) -> bool:
    """Whether `module` is `package` or lies in it."""
    return module == package or module.startswith(package + ".")


def part_of(module: str) -> str | None:
    """The part of the house that `module` belongs to; None may know all others."""
    return next((part for part in MAY_IMPORT if within(module, part)), None)


def test_every_module_belongs_to_a_part_of_the_house() -> None:
    homeless = [name for name, _ in sources()
                if part_of(name) is None and name != KNOWN_TO_ALL
                and not within(name, "sysmgmt.box") and not within(name, "sysmgmt.service")]
    assert homeless == []


def test_imports_follow_the_directions_of_the_design() -> None:
    wrong = []
    for one in imports():
        part = part_of(one.importer)
        if part is None or not within(one.imported, "sysmgmt") and not within(one.imported, "boxmgmt"):
            continue
        if one.imported == KNOWN_TO_ALL:
            continue
        allowed = any(within(one.imported, target) for target in MAY_IMPORT[part])
        excepted = any(one.importer == who and within(one.imported, what) for who, what in EXCEPTIONS)
        if not allowed and not excepted:
            wrong.append(f"{one.importer} imports {one.imported}")
    assert wrong == []


def test_sysmgmt_never_imports_boxmgmt() -> None:
    assert [one for one in imports() if within(one.importer, "sysmgmt") and within(one.imported, "boxmgmt")] == []


@pytest.mark.parametrize("module", ONLY_IN)
def test_a_library_is_imported_in_its_home_only(module: str) -> None:
    users = {one.importer for one in imports() if within(one.imported, module)}
    assert {user for user in users if not any(within(user, home) for home in ONLY_IN[module])} == set()


def test_the_libraries_with_a_home_are_used_there() -> None:
    """The positive control: a rule about a library that nobody imports would prove nothing."""
    for module in ("tinydb", "_argon2_cffi_bindings", "ldap3", "paramiko", "cmd2", "prompt_toolkit", "subprocess"):
        assert any(within(one.imported, module) for one in imports()), module


def test_no_module_imports_itself_over_others() -> None:
    names = {name for name, _ in sources()}
    edges = {name: {one.imported for one in imports() if one.importer == name and not one.lazy} & names
             for name in names}
    assert cycles(edges) == []


def test_the_search_for_cycles_finds_one() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Sets of modules that import each other, however many steps that takes."""
    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for following in edges[todo.pop()] - seen:
                seen.add(following)
                todo.append(following)
        return seen
    reached = {name: reach(name) for name in edges}
    found = {tuple(sorted(other for other in reached[name] if name in reached[other]))
             for name in edges if name in reached[name]}
    return [list(one) for one in sorted(found)]


def test_files_are_short() -> None:
    long = {str(path.relative_to(ROOT)): lines for _, path in sources()
            if (lines := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """All our functions with their full names."""
    def walk(prefix: str, node: ast.AST) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{prefix}.{child.name}", child
                yield from walk(f"{prefix}.{child.name}", child)
            elif isinstance(child, ast.ClassDef):
                yield from walk(f"{prefix}.{child.name}", child)
            else:
                yield from walk(prefix, child)
    for name, path in sources():
        yield from walk(name, tree(path))


def test_functions_are_short() -> None:
    assert [name for name, one in functions() if (one.end_lineno or 0) - one.lineno + 1 > LONGEST_FUNCTION] == []


def test_classes_are_small() -> None:
    big = []
    for name, path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                methods = [one for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
                if len(methods) > MOST_METHODS:
                    big.append(f"{name}.{node.name}: {len(methods)}")
    assert big == []


def test_functions_have_few_parameters() -> None:
    many = []
    for name, one in functions():
        arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
        named = [argument.arg for argument in arguments if argument.arg not in ("self", "cls")]
        if len(named) > MOST_PARAMETERS and not is_declaration(one):
            many.append(f"{name}({', '.join(named)})")
    assert many == []


def test_no_exception_outlives_its_reason() -> None:
    assert {(who, what) for who, what in EXCEPTIONS
            if any(one.importer == who and within(one.imported, what) for one in imports())} == set(EXCEPTIONS)


def is_declaration(one: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function declares a command, or is the decorator that does."""
    decorated = any(ast.unparse(decorator).startswith("command(") for decorator in one.decorator_list)
    return decorated or one.name == "command"


@pytest.mark.requirement(123)
@pytest.mark.requirement(106)
@pytest.mark.requirement(116)
def test_nothing_evaluates_text_or_runs_a_shell() -> None:
    wrong = []
    for name, path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("eval", "exec", "compile", "os.system", "os.popen", "__import__", "input"):
                    wrong.append(f"{name}: {called}")
                wrong += [f"{name}: shell" for word in node.keywords
                          if word.arg == "shell" and ast.unparse(word.value) != "False"]
    assert wrong == []


ACCEPTED = {"_replace", "_asdict", "_fields", "_field_defaults", "_make", "_exit"}
"""Public names of NamedTuple and os, which only look private."""


def test_no_test_reaches_into_a_private_name_or_replaces_our_code() -> None:
    wrong = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(tree(path)):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OURS):
                wrong += [f"{where} {alias.name}" for alias in node.names if is_private(alias.name)]
            elif isinstance(node, ast.Attribute) and is_private(node.attr) and not is_own(node.value):
                wrong.append(f"{where} {node.attr}")
            elif isinstance(node, (ast.Import, ast.ImportFrom)) and "mock" in ast.unparse(node):
                wrong.append(f"{where} {ast.unparse(node)}")
    assert wrong == []


def test_what_tests_share_stands_in_no_test() -> None:
    assert [f"{path.relative_to(ROOT)}: {line}" for path in sorted((ROOT / "tests").rglob("*.py"))
            for node in ast.walk(tree(path)) if isinstance(node, (ast.Import, ast.ImportFrom))
            and re.search(r"\btests\b.*\btest_", line := ast.unparse(node))] == []


@pytest.mark.parametrize(("mark", "form"), [("requirement", "[0-9]{1,3}"), ("checklist", "'[RA-D][0-9]{2,3}'")])
def test_what_a_test_proves_is_named_in_one_form(mark: str, form: str) -> None:
    named = [ast.unparse(node.args[0]) for path in (ROOT / "tests").rglob("*.py") for node in ast.walk(tree(path))
             if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{mark}"]
    assert named and [one for one in named if not re.fullmatch(form, one)] == []


def is_private(name: str) -> bool:
    """Whether a name is nobody else's business."""
    return name.startswith("_") and not name.startswith("__") and name not in ACCEPTED


def is_own(owner: ast.expr) -> bool:
    """Whether an attribute belongs to the test's own object."""
    return isinstance(owner, ast.Name) and owner.id in ("self", "cls")


OPENERS = {
    "sysmgmt.engine.certification": "the private keys of certificates and requests",
    "sysmgmt.engine.audit_seeds": "what the chain of the audit grows from",
    "sysmgmt.engine.mailing": "the password at the mail server",
    "sysmgmt.engine.ldap_servers": "the password at the directory",
    "sysmgmt.engine.uploading": "the passwords at upload targets",
    "sysmgmt.engine.snmp_notifications": "the community and the keys of SNMP users",
    "sysmgmt.engine.rekeying": "all that is sealed, to seal it anew",
    "sysmgmt.engine.backup": "all that a backup holds, and the passwords of scheduled ones",
    "sysmgmt.engine.imported_state": "all that an imported state holds",
    "sysmgmt.service.deployment.networking": "the key of the time servers"}
"""The modules that open what is sealed, and what."""


def test_sealed_secrets_are_opened_in_few_places() -> None:
    assert {name for name, path in sources() for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and node.attr == "unseal"} == set(OPENERS)


def test_hours_and_days_are_counted_in_one_place() -> None:
    found = {name for name, path in sources() for node in ast.walk(tree(path))
             if isinstance(node, ast.Constant) and node.value in (3600, 86400)}
    assert found == {"sysmgmt.domain.times"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool in the root of the checkout."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_types_are_strict_and_right() -> None:
    done = run(sys.executable, "-m", "mypy", "--strict")
    assert done.returncode == 0, done.stdout


def test_the_style_is_kept() -> None:
    done = run(sys.executable, "-m", "flake8", "sysmgmt", "boxmgmt")
    assert done.returncode == 0, done.stdout


def test_what_texts_refer_to_is_there() -> None:
    """Files of tests, and what `see` names: a module, or a function of one."""
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
             for top in (*OURS, "tests") for path in (ROOT / top).rglob("*.py")}
    files = {f"{where}: {one}" for where, text in texts.items() for one in re.findall(r"\btests/[\w/]+\.\w+", text)}
    modules = [name.removesuffix(".py").replace("/", ".") for name in texts]
    there = [f".{one}" for one in (*modules, *(name for name, _ in functions()))]
    seen = {f"{where}: {one}" for where, text in texts.items() for one in re.findall(r"\b[Ss]ee `([a-z_.]+)`", text)}
    assert len(files) > 50 and len(seen) > 5
    assert [one for one in sorted(files) if not (ROOT / one.partition(": ")[2]).exists()] == []
    assert {one for one in seen if not any(each.endswith("." + one.partition(": ")[2]) for each in there)} == set()


WANTED_AT_TOP = {"setup.cfg", "README.md", "man", "sysmgmt", "boxmgmt", "tests"}
"""The user's list; .ci, .gitignore and pyproject.toml (which pip demands) stand beside it."""
TOLERATED = {"pyproject.toml", ".ci", ".gitignore"}


def test_nothing_else_stands_at_the_top() -> None:
    tracked = {line.split("/")[0] for line in run("git", "ls-files").stdout.splitlines()}
    assert tracked and tracked <= WANTED_AT_TOP | TOLERATED


def test_pyproject_holds_its_build_system_only() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    assert [line for line in lines if line.startswith("[")] == ["[build-system]"]


def test_both_shells_are_cmd2_applications() -> None:
    assert issubclass(Sysmgmt, cmd2.Cmd)
    assert issubclass(Boxmgmt, cmd2.Cmd)
