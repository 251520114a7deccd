"""The repository keeps its promises: locks, pages that load nothing from elsewhere, commands that exist."""

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = {"runtime": (), "local": ("local",), "test": ("local", "test")}  # and the extras each one holds
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


# --- the locks ------------------------------------------------------------------------------------


def lock_text(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")


def locked(lock: str) -> list[str]:
    """One entry per package, its hashes on the same line."""
    joined = lock_text(lock).replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def pins(lock: str) -> dict[str, list[Requirement]]:
    """A package may be pinned more than once, for different Pythons."""
    found: dict[str, list[Requirement]] = {}
    for line in locked(lock):
        requirement = Requirement(line.split("--hash=")[0].strip())
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def promised(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in LOCKS[lock] for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in project["dependencies"] + extras]


def version_of(pin: Requirement) -> Version:
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return Version(specifier.version)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_file(lock):
    assert re.findall(r".*(?:https?:|file:|git\+|--\w*-?index|--find-links|--trusted| @ ).*", lock_text(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_in_a_lock_is_pinned_with_hashes(lock):
    entry = re.compile(r"[a-z0-9.-]+(\[[a-z,]+\])?==[^ ;]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [line for line in locked(lock) if not entry.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_needs(lock):
    found = pins(lock)
    missing = [
        str(need)
        for need in promised(lock)
        if not any(version_of(pin) in need.specifier for pin in found.get(canonicalize_name(need.name), ()))
    ]
    assert missing == []


@pytest.mark.parametrize(("small", "large"), [("runtime", "local"), ("local", "test")])
def test_what_is_tested_is_what_runs(small, large):
    assert set(locked(small)) - set(locked(large)) == set()


def test_there_is_no_other_lock():
    assert {path.name for path in (ROOT / "requirements").iterdir()} == {f"{lock}.lock" for lock in LOCKS}


# --- nothing is loaded from elsewhere -------------------------------------------------------------

ELSEWHERE = re.compile(r"(?:^|[\s,\"'(])(?:https?:)?//", re.IGNORECASE)
KINDS = {".html", ".svg", ".css", ".js"}
LOADING_ATTRIBUTES = {
    *("src", "srcset", "poster", "data", "background", "style", "href", "xlink:href"),
    *("action", "formaction", "ping", "manifest", "imagesrcset"),
}
STYLE = re.compile(r"""url\(\s*["']?\s*(?:https?:)?//|@import\b""", re.IGNORECASE)
SCRIPT = re.compile(r"""["'`](?:https?:|wss?:)?//[\w.\[$-]""", re.IGNORECASE)


class Loads(HTMLParser):
    """Gathers what a page or an SVG would fetch from another host. Following a link is no fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            is_link = tag in ("a", "area") and name == "href"
            if name in LOADING_ATTRIBUTES and not is_link and ELSEWHERE.search(value or ""):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data):
        if self.cdata_elem == "style":
            self.found += STYLE.findall(data)
        elif self.cdata_elem == "script":
            self.found += SCRIPT.findall(data)


def loads_from_elsewhere(kind: str, text: str) -> list[str]:
    if kind == ".css":
        return STYLE.findall(text)
    if kind == ".js":
        return SCRIPT.findall(text)
    page = Loads()
    page.feed(text)
    page.close()
    return page.found


def test_pages_load_nothing_from_elsewhere():
    assets = [path for folder in ("templates", "static") for path in (ROOT / folder).rglob("*")]
    found = {
        str(path.relative_to(ROOT)): hits
        for path in assets
        if path.suffix in KINDS and (hits := loads_from_elsewhere(path.suffix, path.read_text(encoding="utf-8")))
    }
    assert any(path.suffix == ".html" for path in assets)
    assert found == {}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".html", '<script src="https://example.org/x.js"></script>'),
        (".html", "<link rel=stylesheet href=//example.org/x.css>"),
        (".html", '<img alt=""\n  src="http://example.org/x.png">'),
        (".html", "<style>a { background: url(//example.org/x.png) }</style>"),
        (".html", "<script>fetch('https://example.org/')</script>"),
        (".html", '<img srcset="/a.png, https://example.org/b.png 2x">'),
        (".html", '<form action="https://example.org/">'),
        (".html", '<p style="background: url(https://example.org/x.png)">'),
        (".css", "a { background: url('//example.org/x.png') }"),
        (".css", '@import "other.css";'),
        (".js", 'fetch("https://example.org/")'),
        (".svg", '<image href="https://example.org/x.png"/>'),
    ],
)
def test_what_comes_from_elsewhere_is_found_out(kind, text):
    assert loads_from_elsewhere(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".html", '<p><a href="https://example.org/">a link is not a load</a></p>'),
        (".html", '<script src="{{ static_url("x.js") }}"></script><link rel="canonical" href="{{ url }}">'),
        (".html", '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'),
        (".js", "// https://example.org explains it\nfetch(form.action)"),
        (".svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ],
)
def test_what_stays_here_is_fine(kind, text):
    assert loads_from_elsewhere(kind, text) == []


# --- the commands that the documents name exist ---------------------------------------------------


def code_in(markdown: str) -> list[str]:
    """The lines of fenced blocks, and code inside sentences."""
    fenced = re.findall(r"^ *```[^\n]*\n(.*?)^ *```", markdown, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^ *```.*?^ *```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"(^|\s)#.*", "", line) for block in fenced for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", prose)


def commands_in(markdown: str, program: str) -> set[tuple[str, ...]]:
    """The words after `program` in each place where it is called, up to the first that is no plain word."""
    call = re.compile(rf"(?:^|[;&|]|\$ |\s\+)\s*(?:[A-Z_]+=\S+ +)*(?:\S*/)?{program} +([^;&|]*)")
    found = set()
    for line in code_in(markdown):
        for match in call.finditer(line):
            words = []
            for word in match[1].split():
                if not re.fullmatch(r"[a-z][a-z0-9-]*", word):
                    break
                words.append(word)
            if words:
                found.add(tuple(words))
    return found


def documented(program: str) -> set[tuple[str, ...]]:
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS if path.exists()]
    return set().union(*(commands_in(text, program) for text in texts))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


TREE_OF_COMMANDS = """
import json
import click
from campaign.app import cli

def tree(command, context):
    if not isinstance(command, click.Group):
        return None
    names = command.list_commands(context)
    return {name: tree(command.get_command(context, name), context) for name in names}

with click.Context(cli, info_name="campaign") as context:
    print(json.dumps(tree(cli, context)))
"""


@cache
def campaign_commands(folder: Path) -> dict:
    """What `campaign` knows, as nested names; asked in a process and a folder of its own."""
    done = subprocess.run(
        [sys.executable, "-c", TREE_OF_COMMANDS],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "CAMPAIGN_DATABASE_URL": f"sqlite:///{folder}/campaign.db",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def is_command(words: tuple[str, ...], known: dict) -> bool:
    """Words after the last command are its arguments; a group alone is fine too."""
    for word in words:
        if known is None:
            return True
        if word not in known:
            return False
        known = known[word]
    return True


def test_every_make_command_in_the_documents_exists():
    named = documented("make")
    assert named, "README.md names no make command"
    assert {words[0] for words in named} - make_targets() == set()


def test_every_campaign_command_in_the_documents_exists(tmp_path):
    named = documented("campaign")
    assert named, "README.md names no campaign command"
    known = campaign_commands(tmp_path)
    assert sorted(" ".join(words) for words in named if not is_command(words, known)) == []


def test_the_test_command_that_ci_runs_is_in_the_readme():
    assert any(line.strip().removeprefix("$ ").startswith("make test") for line in code_in(DOCUMENTS[0].read_text()))


def test_commands_are_read_out_of_a_document():
    text = (
        "Type `make run`, or `CAMPAIGN_X=1 .venv/bin/campaign petitions export free-viasna --output x`.\n"
        "They make sure of it.\n```sh\n$ make test  # and make tea\ncd x && campaign doctor\n```\n"
    )
    assert commands_in(text, "make") == {("run",), ("test",)}
    assert commands_in(text, "campaign") == {("petitions", "export", "free-viasna"), ("doctor",)}


def test_an_unknown_command_is_found_out():
    known = {"petitions": {"export": None}, "doctor": None}
    assert is_command(("petitions", "export", "free-viasna"), known)
    assert is_command(("petitions",), known)
    assert not is_command(("petitions", "import"), known)
    assert not is_command(("docter",), known)
