"""The key ring's file: read by its owner only, whole or refused, and never overwritten by a newcomer."""

import json
import multiprocessing
import stat

import pytest

from campaign.vault import KeyRing, KeyRingError, load, load_or_create, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "ring.json"


def test_a_ring_comes_back_as_it_was_saved(path):
    ring = KeyRing.fresh().with_new_key()
    save(path, ring)
    assert load(path) == ring
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_ring_is_never_overwritten_by_a_new_one(path):
    ring = KeyRing.fresh()
    save(path, ring, new=True)
    with pytest.raises(FileExistsError):
        save(path, KeyRing.fresh(), new=True)
    assert load(path) == ring
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_ring_that_others_can_read_is_refused_with_what_to_do(path, mode):
    save(path, KeyRing.fresh())
    path.chmod(mode)
    with pytest.raises(KeyRingError, match=f"chmod 600 {path}"):
        load(path)


def test_a_missing_ring_is_named_with_what_to_do(path):
    with pytest.raises(KeyRingError, match="campaign keys create"):
        load(path)


def ring_json(**changes):
    key = "A" * 43 + "="
    return json.dumps({"version": 1, "current": 1, "keys": {"1": key}, "root": key} | changes)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\ufeff{}",
        ring_json()[:-40],
        ring_json(root="short"),
        ring_json(root=None),
        ring_json(root="é" * 44),
        ring_json(keys=[]),
        ring_json(keys={"1": "A" * 42 + "=="}),
        ring_json(keys={"one": "A" * 43 + "="}),
        ring_json(keys={"0": "A" * 43 + "="}, current=0),
        ring_json(keys={"256": "A" * 43 + "="}, current=256),
        ring_json(current=2),
        ring_json(current=None),
    ],
)
def test_a_damaged_ring_is_refused_with_what_to_do(path, content):
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyRingError, match="Restore it"):
        load(path)


def test_a_ring_of_bytes_that_are_no_text_is_refused(path):
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(KeyRingError, match="Restore it"):
        load(path)


def test_a_folder_in_the_rings_place_is_refused(path):
    path.mkdir(parents=True)
    with pytest.raises(KeyRingError):
        load(path)


def test_processes_that_start_at_once_share_one_ring(path):
    context = multiprocessing.get_context("fork")
    start, found = context.Event(), context.Queue()
    processes = [context.Process(target=_start, args=(path, start, found)) for _ in range(4)]
    for process in processes:
        process.start()
    start.set()
    rings = {found.get(timeout=30) for _ in processes}
    for process in processes:
        process.join()
    assert rings == {load(path).root}
    assert list(path.parent.iterdir()) == [path]


def _start(path, start, found):
    start.wait()
    found.put(load_or_create(path).root)
