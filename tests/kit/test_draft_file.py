"""Files that are whole or not there."""

import os
import stat

import pytest

from campaign.kit.draft_file import draft_of


def test_a_kept_draft_replaces_what_was_there_and_is_closed_to_others(tmp_path):
    output = tmp_path / "list"
    output.write_text("older")
    output.chmod(0o644)
    before = os.umask(0)
    try:
        with draft_of(output) as draft:
            with draft.open() as file:
                file.write(b"new")
            assert output.read_text() == "older"
            draft.keep()
    finally:
        os.umask(before)
    assert output.read_text() == "new"
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [output]


def test_a_draft_that_is_not_kept_leaves_nothing(tmp_path):
    with draft_of(tmp_path / "list") as draft, draft.open() as file:
        file.write(b"new")
    with pytest.raises(RuntimeError), draft_of(tmp_path / "list") as draft, draft.open():
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
