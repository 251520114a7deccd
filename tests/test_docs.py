"""The documents are true: their commands run, their links lead somewhere, their tables say what the code says."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from campaign.accounts.access import ALLOWED
from campaign.accounts.models import Role
from campaign.app import create_app
from campaign.config import Config
from campaign.local.catcher import start_catcher
from campaign.local.folder import MailFolder
from campaign.mailing.models import State
from campaign.petitions.export import COLUMNS
from campaign.petitions.models import Published
from campaign.server.ports import next_free
from tests.documents import DOCUMENTS, ROOT, Machine, anchors, blocks, settings_in, tables, without_blocks
from tests.factories import Signing

README = ROOT / "README.md"
DOCS = ROOT / "docs"
GUIDES = [DOCS / name for name in ("operating.md", "petitions.md", "accounts.md", "chambers.md", "godparents-desk.md")]
INTERNAL = {"CAMPAIGN_LEASH_FD"}  # between our own processes


# --- the commands ---------------------------------------------------------------------------------


@pytest.fixture
def mail_server(tmp_path) -> Iterator[str]:
    """The address of one, so that the doctor finds nothing to say."""
    port = next_free("127.0.0.1", 20_000)
    catcher = start_catcher(MailFolder(tmp_path / "mails"), port)
    yield f"smtp://127.0.0.1:{port}"
    catcher.stop()


@pytest.fixture
def machine(tmp_path, mail_server, campaign) -> Machine:
    settings = settings_in(DOCS / "operating.md")
    own = {"CAMPAIGN_SMTP_URL": mail_server, "CAMPAIGN_PASSWORD": "four words nobody joined"}
    return Machine(tmp_path / "machine", settings | own, campaign)


def signed_by_two(machine: Machine) -> None:
    app = create_app(Config.from_env(machine.env))
    signing = Signing(app)
    signing.confirmed("ada@example.org", given_name="Ada", deliver_name=True)
    signing.confirmed("bo@example.org", given_name="Bo")
    app.extensions["campaign.store"].engine.dispose()


def exported(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_readme_goes_live_as_it_says(machine):
    said = "".join(machine.run(block) for block in blocks(README, "run"))
    assert "All is well." in said


def some_time_passes(keys: Path) -> None:
    """After a rotation: `campaign keys retire` would wait for it."""
    ring = json.loads(keys.read_text())
    keys.write_text(json.dumps(ring | {"rotated_at": ring["rotated_at"] - 60}))


def test_the_guides_commands_run_one_after_the_other(machine):
    keys = machine.folder / "etc" / "campaign" / "keys.json"
    for block in (block for guide in GUIDES for block in blocks(guide, "run")):
        machine.run(block)
        if "campaign demo" in block:
            signed_by_two(machine)
        if "campaign keys rotate" in block:
            some_time_passes(keys)
    rows = exported(machine.folder / "home" / "free-viasna.csv")
    assert [row["given_name"] for row in rows] == ["Ada", ""]
    assert exported(machine.folder / "home" / "signatures.csv") == rows, "the keys were changed in between"
    assert list(json.loads(keys.read_text())["keys"]) == ["2"]


def test_the_guides_walk_the_main_path():
    text = "\n".join(block for guide in GUIDES for block in blocks(guide, "run"))
    path = (
        *("keys create", "migrate", "organiser create", "doctor", "petitions export"),
        *("keys rotate", "keys retire"),
    )
    places = [text.find(f"campaign {command}") for command in path]
    assert -1 not in places
    assert places == sorted(places)


def test_a_command_that_fails_is_found_out(tmp_path, campaign):
    machine = Machine(tmp_path / "machine", {"CAMPAIGN_INSTANCE": str(tmp_path / "instance")}, campaign)
    with pytest.raises(AssertionError, match="There is no campaign command"):
        machine.run("campaign dokter || { echo There is no campaign command; false; }")
    with pytest.raises(AssertionError, match="exists and is left alone"):
        machine.run("campaign keys create keys.json; campaign keys create keys.json")


# --- the links ------------------------------------------------------------------------------------


def broken_links(document: Path) -> list[str]:
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(document)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            found.append(target)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    assert broken_links(document) == []


@pytest.mark.parametrize("link", ["nowhere.md", "#nowhere", "other.md#nowhere"])
def test_a_broken_link_is_found_out(link, tmp_path):
    (tmp_path / "other.md").write_text("# Somewhere\n")
    document = tmp_path / "document.md"
    document.write_text(f"# Here\n[a](#here) [b](other.md#somewhere) [c](https://example.org/) [d]({link})\n")
    assert broken_links(document) == [link]


def test_every_document_is_linked_from_another():
    linked = {
        (document.parent / target.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(document))
    }
    assert [str(document) for document in DOCUMENTS if document not in linked and document != README] == []


# --- the tables -----------------------------------------------------------------------------------


def table_with(document: Path, first_head: str) -> list[list[str]]:
    (found,) = (rows[1:] for rows in tables(document) if rows[0][0] == first_head)
    return found


def code(cell: str) -> str:
    return cell.strip("`")


def test_the_readme_lists_every_setting_that_the_code_reads():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "campaign").rglob("*.py")]
    read = {name for source in sources for name in re.findall(r"\"(CAMPAIGN_[A-Z_]+)\"", source)} - INTERNAL
    assert {code(row[0]) for row in table_with(README, "Setting")} == read


def test_every_setting_in_the_documents_exists():
    known = {code(row[0]) for row in table_with(README, "Setting")}
    for document in DOCUMENTS:
        assert set(re.findall(r"\bCAMPAIGN_[A-Z_]+\b", document.read_text(encoding="utf-8"))) <= known


def test_the_defaults_in_the_readme_are_those_of_the_code():
    config = Config.from_env({})
    shown = {code(row[0]): code(row[1]) for row in table_with(README, "Setting")}
    assert shown["CAMPAIGN_BASE_URL"] == config.base_url
    assert shown["CAMPAIGN_SMTP_URL"] == f"smtp://{config.smtp.host}:{config.smtp.port}"
    assert shown["CAMPAIGN_LANGUAGES"] == ",".join(config.languages)
    assert (shown["CAMPAIGN_RATE_LIMITS"] == "on") is config.rate_limits


def test_the_roles_table_is_that_of_the_code():
    (head, *rows) = next(rows for rows in tables(DOCS / "accounts.md") if rows[0][0] == "Permission")
    roles = [Role(name) for name in head[1:-1]]
    assert roles == list(Role)
    shown = {code(row[0]): {role for role, cell in zip(roles, row[1:-1], strict=True) if cell == "yes"} for row in rows}
    assert shown == {str(permission): set(allowed) for permission, allowed in ALLOWED.items()}


def test_every_column_of_the_list_is_explained():
    assert [code(row[0]) for row in table_with(DOCS / "petitions.md", "Column")] == list(COLUMNS)


def test_every_state_of_a_petition_is_explained():
    assert [code(row[0]) for row in table_with(DOCS / "petitions.md", "State")] == [str(state) for state in Published]


def test_every_state_of_a_mail_is_explained():
    assert {row[0] for row in table_with(DOCS / "operating.md", "State")} == {str(state) for state in State}


def test_every_room_of_the_house_is_in_the_architecture():
    shown = {code(name) for row in table_with(DOCS / "architecture.md", "Room") for name in row[0].split(" · ")}
    rooms = {
        path.stem for path in (ROOT / "campaign").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert shown == rooms - {"__init__"}


def test_every_decision_is_in_the_list():
    records = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    listed = re.findall(r"\]\(([0-9]{4}-[a-z-]+\.md)\)", (DOCS / "decisions" / "README.md").read_text(encoding="utf-8"))
    assert listed == records
    assert [name[:4] for name in records] == [f"{number:04}" for number in range(1, len(records) + 1)]


def test_every_decision_has_its_three_parts():
    for path in (DOCS / "decisions").glob("[0-9]*.md"):
        assert re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequence",
        ]
