"""The rules of the house (docs/architecture.md), as far as a machine can check them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "campaign"

LONGEST_FUNCTION = 45
LONGEST_FILE = 400
FILE_ORDER = ("models", "queries", "service", "emails", "forms", "views", "admin", "jobs", "cli")
MAY_OPEN_A_TRANSACTION = {"views", "admin", "cli", "jobs"}
ROOMS_THAT_MAY_OPEN_A_TRANSACTION = {"db", "demo", "local"}
ROUTE_DECORATORS = {"route", "get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Module:
    """One Python file, relative to the package that is looked at."""

    path: Path
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, str(self.path))

    @property
    def room(self) -> str:
        return self.path.parts[0].removesuffix(".py")

    @property
    def file(self) -> str:
        """The name of the file inside its room; a folder of files bears the folder's name."""
        return self.path.parts[1].removesuffix(".py") if len(self.path.parts) > 1 else "__init__"

    @property
    def package(self) -> str:
        """What a relative import starts from."""
        return ".".join(("campaign", *self.path.parts[:-1]))

    def imported(self) -> Iterator[str]:
        """Dotted names; `from a import b` gives `a.b`, whether `b` is a module or a thing in `a`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def calls(self, name: str) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                called = node.func
                if name == (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)):
                    yield node

    def at(self, node: ast.stmt | ast.expr) -> str:
        return f"campaign/{self.path}:{node.lineno}"

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def modules_of(house: Path) -> list[Module]:
    return [Module(path.relative_to(house), path.read_text(encoding="utf-8")) for path in sorted(house.rglob("*.py"))]


MODULES = modules_of(HOUSE)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


# --- the rules: each gives the places that break it -----------------------------------------------


def imports_to_the_right(modules: list[Module]) -> list[str]:
    """Files that reach one further right in `FILE_ORDER`, be it through files with names of their own."""
    found = []
    for room in sorted({module.room for module in modules}):
        arrows = _arrows_inside([module for module in modules if module.room == room])
        for file in sorted(FILE_ORDER & arrows.keys()):
            right = FILE_ORDER[FILE_ORDER.index(file) + 1 :]
            found += [f"{room}/{file} reaches {room}/{other}" for other in right if other in _reach(arrows, file)]
    return found


def _arrows_inside(room: list[Module]) -> dict[str, set[str]]:
    """For each file of one room the files of that room it imports."""
    files = {module.file for module in room}
    arrows: dict[str, set[str]] = {file: set() for file in files}
    for module in room:
        prefix = f"campaign.{module.room}."
        for name in module.imported():
            if name.startswith(prefix):
                target = name.removeprefix(prefix).split(".")[0]
                arrows[module.file].add(target if target in files else "__init__")
    return arrows


def _reach(arrows: dict[str, set[str]], start: str) -> set[str]:
    """What `start` imports, and what that imports; a named file stops the walk, for it answers for itself."""
    reached: set[str] = set()
    waiting = set(arrows[start])
    while waiting:
        file = waiting.pop()
        reached.add(file)
        if file not in FILE_ORDER:
            waiting |= arrows.get(file, set()) - reached
    return reached


def commits_outside_db(modules: list[Module]) -> list[str]:
    return [module.at(call) for module in modules if module.room != "db" for call in module.calls("commit")]


def transactions_opened_below(modules: list[Module]) -> list[str]:
    return [
        module.at(call)
        for module in modules
        if module.room not in ROOMS_THAT_MAY_OPEN_A_TRANSACTION
        and not MAY_OPEN_A_TRANSACTION & {module.room, module.file}
        for call in module.calls("atomic")
    ]


def atomic_under_another_name(modules: list[Module]) -> list[str]:
    """`from campaign.db import atomic as x` would hide it from the rule above."""
    return [
        module.at(node)
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and any(alias.name == "atomic" and alias.asname not in (None, "atomic") for alias in node.names)
    ]


def drawers_for_everything(modules: list[Module]) -> list[str]:
    return [
        str(module.path) for module in modules if module.path.stem in {"utils", "util", "helpers", "misc", "common"}
    ]


def long_functions(modules: list[Module]) -> list[str]:
    return [
        f"{module.at(function)} {function.name}: {length} lines"
        for module in modules
        for function in functions(module)
        if (length := (function.end_lineno or function.lineno) - function.lineno + 1) > LONGEST_FUNCTION
    ]


def long_files(modules: list[Module]) -> list[str]:
    return [
        f"campaign/{module.path}: {length} lines"
        for module in modules
        if (length := len(module.source.splitlines())) > LONGEST_FILE
    ]


def routes_inside_functions(modules: list[Module]) -> list[str]:
    return [
        module.at(inner)
        for module in modules
        for outer in functions(module)
        for inner in ast.walk(outer)
        if inner is not outer
        and isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(_is_route(decorator) for decorator in inner.decorator_list)
    ]


def _is_route(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in ROUTE_DECORATORS


CODE = r"[A-Za-z][A-Za-z0-9-]*"
UNEXPLAINED = re.compile(
    rf"""\#\s*(?:
        (?:ruff:\s*|flake8:\s*)?noqa (?!\s*:)                              # everything at once
      | (?:ruff:\s*|flake8:\s*)?noqa\s*:\s* {CODE}(?:[,\s]+[A-Z]+[0-9]+)*  # noqa: X000
      | (?:ruff|mypy):\s*[a-z-]+ (?:\s*=\s*[\w,-]+)? (?:\[[^\]]*\])?        # ruff: ignore[x], mypy: x=y
      | type:\s*ignore (?:\[[^\]]*\])?
      | pragma:\s*no\s?cover
    )(?P<why>.*)""",
    re.VERBOSE,
)
FEWEST_WORDS = 2


def opt_outs_without_reason(path: Path, source: str) -> list[str]:
    """Lines with `noqa`, `type: ignore` and the like that do not go on to say why, in words."""
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        match = UNEXPLAINED.search(line)
        if match and len(re.findall(r"\w+", match["why"])) < FEWEST_WORDS:
            found.append(f"{path}:{number}: {line.strip()}")
    return found


RULES = [
    imports_to_the_right,
    commits_outside_db,
    transactions_opened_below,
    atomic_under_another_name,
    drawers_for_everything,
    long_functions,
    long_files,
    routes_inside_functions,
]


# --- the tests ------------------------------------------------------------------------------------


def test_the_import_contracts_are_kept(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--cache-dir",
            tmp_path,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_house_to_look_at():
    assert len(MODULES) > 10


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule):
    assert rule(MODULES) == []


def test_every_opt_out_says_why():
    files = [path for folder in ("campaign", "tests", "bench", "migrations") for path in (ROOT / folder).rglob("*.py")]
    found = [
        line
        for path in files
        if path != Path(__file__)
        for line in opt_outs_without_reason(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    ]
    assert found == []


# --- the rules find what they are for -------------------------------------------------------------

BREAKS = {
    imports_to_the_right: {
        "petitions/queries.py": "from campaign.petitions import service",
        "petitions/service.py": "",
    },
    commits_outside_db: {"petitions/views.py": "def f(session):\n    session.commit()"},
    transactions_opened_below: {"petitions/service.py": "with db.atomic():\n    pass"},
    atomic_under_another_name: {"petitions/service.py": "from campaign.db import atomic as begin"},
    drawers_for_everything: {"web/utils.py": ""},
    long_functions: {"web/pages.py": "def f():\n" + "    pass\n" * LONGEST_FUNCTION},
    long_files: {"web/pages.py": "\n" * (LONGEST_FILE + 1)},
    routes_inside_functions: {"site/views.py": "def make(bp):\n    @bp.get('/')\n    def home():\n        pass"},
}


def written(house: Path, files: dict[str, str]) -> list[Module]:
    for name, source in files.items():
        path = house / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return modules_of(house)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_house_that_breaks_the_rule_is_found_out(rule, tmp_path):
    assert rule(written(tmp_path, BREAKS[rule])) != []


@pytest.mark.parametrize(
    "line",
    [
        "import campaign.petitions.views",
        "from campaign.petitions.views import sign",
        "from . import views",
        "from .views import sign",
        "def late():\n    from campaign.petitions import views",
        "from campaign.petitions import lifecycle  # which imports views",
    ],
)
def test_every_way_to_import_is_seen(line, tmp_path):
    files = {
        "petitions/__init__.py": "",
        "petitions/service.py": line,
        "petitions/lifecycle.py": "from campaign.petitions import views",
        "petitions/views.py": "",
    }
    assert imports_to_the_right(written(tmp_path, files)) == ["petitions/service reaches petitions/views"]


def test_imports_to_the_left_are_fine(tmp_path):
    files = {
        "petitions/__init__.py": "",
        "petitions/models.py": "",
        "petitions/views.py": "from campaign.petitions import models, service\nfrom . import names",
        "petitions/service.py": "from .models import Petition\nfrom campaign.people import views",
        "petitions/names.py": "",
    }
    assert imports_to_the_right(written(tmp_path, files)) == []


@pytest.mark.parametrize(
    "comment",
    [
        "noqa",
        "noqa: S608",
        "noqa: S608, E501",
        "noqa:S608 -",
        "type: ignore",
        "type: ignore[misc]",
        "ruff: noqa",
    ],
)
def test_a_bare_opt_out_is_found_out(comment):
    assert opt_outs_without_reason(Path("x.py"), f"x = 1  # {comment}")


@pytest.mark.parametrize(
    "comment",
    [
        "noqa: S608 - the names are constants",
        "noqa: S608  # the names are constants",
        "type: ignore[misc]  # has no types",
    ],
)
def test_an_opt_out_with_a_reason_is_fine(comment):
    assert opt_outs_without_reason(Path("x.py"), f"x = 1  # {comment}") == []
