"""Reading the documents, and running the commands that stand in them.

A fenced block after a line `<!-- run -->` is run by bash, for real, in a temporary instance: folders of the system
become folders of the test's. A block after `<!-- settings -->` holds the settings for that.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
SYSTEM_FOLDERS = re.compile(r"/(?:etc|var/lib|var/backups)/campaign\b")
FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[a-z]+) -->\n)?(?P<fence>```+)(?P<kind>\w*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


def blocks(document: Path, mark: str | None = None) -> list[str]:
    """The fenced blocks of a document; with `mark`, those after `<!-- mark -->`."""
    found = FENCE.finditer(document.read_text(encoding="utf-8"))
    return [match["text"] for match in found if mark is None or match["mark"] == mark]


def without_blocks(document: Path) -> str:
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def tables(document: Path) -> Iterator[list[list[str]]]:
    """Each table as rows of cells; the first row is the head."""
    for match in re.finditer(r"(?:^\|.*\|\n)+", document.read_text(encoding="utf-8"), re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in match[0].splitlines()]
        yield [row for row in rows if not set("".join(row)) <= {"-", ":"}]


def anchors(document: Path) -> set[str]:
    """What `#…` in a link to the document may name, made from its headings as code hosts do."""
    headings = re.findall(r"^#+ +(.+)$", without_blocks(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


class Machine:
    """A temporary machine: a folder that stands for its file system, settings, and a `campaign` on the path."""

    def __init__(self, folder: Path, settings: dict[str, str], campaign: Path) -> None:
        """`campaign`: the command, from `switched_on`."""
        self.folder = folder
        (folder / "bin").mkdir(parents=True)
        (folder / "home").mkdir()
        (folder / "bin" / "campaign").symlink_to(campaign)
        self.env = {
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            **{name: self.here(value) for name, value in settings.items()},
        }

    def here(self, text: str) -> str:
        """`text` with the system's folders under this machine's own."""
        return SYSTEM_FOLDERS.sub(lambda match: f"{self.folder}{match[0]}", text)

    def run(self, block: str) -> str:
        """What the commands say. The first one that fails fails the test."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(block)],
            cwd=self.folder / "home",
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        return done.stdout


@contextmanager
def switched_on() -> Iterator[Path]:
    """A `campaign` that answers while this lasts. Importing it costs a second, so that is done once for all."""
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:  # a socket's path must be short
        address, campaign = Path(folder) / "commands", Path(folder) / "campaign"
        campaign.write_text(SHIM.format(python=sys.executable, socket=str(address)), encoding="utf-8")
        campaign.chmod(0o755)
        with subprocess.Popen([sys.executable, "-c", SERVER, str(address)], cwd=ROOT) as server:
            try:
                deadline = time.monotonic() + 60
                while not address.exists():
                    assert server.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                yield campaign
            finally:
                server.terminate()


SHIM = """#!{python} -IS
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({socket!r})
order = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
socket.send_fds(line, [len(order).to_bytes(4)], [0, 1, 2])
line.sendall(order)
sys.exit(line.recv(1)[0])
"""
"""Hands its arguments, environment, folder and files to the server, and ends with the exit code that comes back."""

SERVER = """
import gc, json, os, socket, sys, traceback
from campaign.app import cli

gc.freeze()

listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
while True:
    line, _ = listener.accept()
    size, files, _, _ = socket.recv_fds(line, 4, 3)
    order = b""
    while len(order) < int.from_bytes(size):
        order += line.recv(65536)
    arguments, environment, folder = json.loads(order)
    child = os.fork()
    if not child:
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        code = 1
        try:
            cli.main(args=arguments, prog_name="campaign")
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)
    for file in files:
        os.close(file)
    line.sendall(bytes([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 255]))
    line.close()
"""
"""Each command in a process of its own, forked from one that has imported the application."""


def settings_in(document: Path) -> dict[str, str]:
    """The settings of the document's `<!-- settings -->` block."""
    (block,) = blocks(document, "settings")
    return dict(line.split("=", 1) for line in block.splitlines())
