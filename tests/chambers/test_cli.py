"""`campaign chambers`: what it prints, and where it stops."""

import json

import pytest

from campaign.chambers.cli import chambers
from tests.chambers.rosters import document, encoded, table


@pytest.fixture
def run(app, tmp_path):
    """Run a command; its output. A file's content may stand in the place of its name."""

    def run(*words, code=0):
        names = []
        for number, word in enumerate(words):
            if isinstance(word, bytes):
                path = tmp_path / f"roster-{number}.json"
                path.write_bytes(word)
                word = str(path)  # noqa: PLW2901 - the file instead of its content
            names.append(word)
        result = app.test_cli_runner().invoke(chambers, names)
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_a_roster_is_brought_in_listed_and_written_out(run, tmp_path):
    assert "Nothing was written." in run("import", encoded(document()), "--dry-run")
    assert "assembly" not in run("list")
    said = run("import", encoded(document()), "--domain", "@Mail.Example.ee")
    assert "8 new, 0 changed, 0 unchanged; 8 sit now" in said
    assert "official domains: assembly.example.ee, mail.example.ee" in said
    assert "0 skipped, 0 refused." in said
    assert "Nothing changed" in run("import", encoded(document()))
    listed = run("list")
    assert "assembly  EE  Assembly: 8 members now" in listed
    assert "official: assembly.example.ee" in run("set", "assembly", "--no-domain", "mail.example.ee")
    output = tmp_path / "out.csv"
    run("export", "assembly", "--format", "csv", "--output", str(output))
    assert "Nothing changed" in run("import", str(output))
    assert json.loads(run("export", "assembly"))["memberships"]


def test_who_left_and_what_was_not_taken_is_told_with_the_reason(run):
    run("import", encoded(document()))
    said = document()
    said["memberships"][1]["end_date"] = "2026-01-31"
    said["memberships"][2]["end_date"] = "soon"
    told = run("import", encoded(said))
    assert "left office: 1\n    Given2 Family2, 2026-01-31\n" in told
    assert "refused: Membership 3 (Given3 Family3): This is no date: soon (end_date)." in told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"\0", [], "The file is empty."),
        (b'{"persons": [', [], "The JSON is broken in line 1."),
        (table({"name": "Jo Baker"}), [], "Please name the chamber. Use --chamber."),
        (table({"name": "Jo Baker"}), ["--chamber", "House"], "Please give it. Use --country."),
        (table({"name": "Jo Baker"}), ["--chamber", "House", "--country", "XX"], "There is no country XX."),
        (table({"name": "Jo Baker"}), ["--chamber", "House", "--domain", "no domain"], "This is no domain: no domain."),
        (encoded(document()), ["--domain", "gmail.com"], "gmail.com cannot be an official domain"),
        (encoded(document()), ["--as-of", "2999-01-01"], "has not come yet"),
    ],
)
def test_what_cannot_be_brought_in_ends_with_a_sentence(run, content, options, sentence):
    assert sentence in run("import", content, *options, code=1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_chamber_that_is_not_there_is_said_to_be_missing(run):
    assert "There is no chamber 'nowhere'" in run("set", "nowhere", "--domain", "a.example", code=1)
    assert "There is no chamber 'nowhere'" in run("export", "nowhere", code=1)
