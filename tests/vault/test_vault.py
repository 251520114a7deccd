"""Sealed values, blind indexes and link tokens: each is bound to its place, and nothing else opens."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit import tokens
from campaign.kit.tokens import BadToken
from campaign.operating.cli import SETTLE_SECONDS
from campaign.vault import CannotOpen, KeyFile, KeyRing, KeyRingError, Vault, save

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
UID, OTHER = b"u" * 16, b"v" * 16
vault = Vault(KeyRing.fresh())


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(min_size=16, max_size=16))
def test_what_is_sealed_opens_in_its_own_place(words, uid):
    assert vault.open("signatures.comment", uid, vault.seal("signatures.comment", uid, words)) == words


def test_equal_texts_are_sealed_differently():
    assert vault.seal("a.b", UID, "x") != vault.seal("a.b", UID, "x")


@pytest.mark.parametrize(("column", "uid"), [("a.c", UID), ("a.b", OTHER), ("", b"")])
def test_a_value_moved_to_another_row_or_column_does_not_open(column, uid):
    sealed = vault.seal("a.b", UID, "secret")
    with pytest.raises(CannotOpen):
        vault.open(column, uid, sealed)


def test_another_ring_opens_nothing():
    with pytest.raises(CannotOpen):
        Vault(KeyRing.fresh()).open("a.b", UID, vault.seal("a.b", UID, "secret"))


@given(st.data())
def test_a_value_that_was_changed_or_cut_does_not_open_and_is_not_in_the_error(data):
    sealed = vault.seal("a.b", UID, "secret words")
    if data.draw(st.booleans()):
        damaged = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    else:
        position = data.draw(st.integers(0, len(sealed) - 1))
        damaged = bytearray(sealed)
        damaged[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen) as caught:
        vault.open("a.b", UID, bytes(damaged))
    assert "secret" not in str(caught.value)


def test_an_empty_text_is_nothing_and_opens_as_empty():
    assert vault.seal_optional("a.b", UID, "") is None
    assert vault.open_optional("a.b", UID, None) == ""


def test_blind_indexes_are_equal_within_a_scope_and_ring_only():
    index = vault.blind_index("persons.email/1", "jo@example.org")
    assert index == vault.blind_index("persons.email/1", "jo@example.org")
    assert len(index) == 32
    assert index != vault.blind_index("persons.email/2", "jo@example.org")
    assert index != Vault(KeyRing.fresh()).blind_index("persons.email/1", "jo@example.org")


def test_derived_keys_differ_by_purpose():
    assert len({vault.derive(purpose) for purpose in ("session", "form token", "blind index", "link token")}) == 4


@given(st.binary(min_size=16, max_size=16))
def test_a_token_leads_back_to_its_row(uid):
    token = vault.issue("s", uid)
    assert token == vault.issue("s", uid)
    assert vault.redeem(token, "s") == uid
    assert token.isalnum()
    assert token.islower()


@given(st.binary(min_size=16, max_size=16), st.integers(0, 52), st.sampled_from(ALPHABET))
def test_a_token_with_any_other_character_leads_nowhere(uid, position, character):
    token = vault.issue("s", uid)
    other = token[:position] + character + token[position + 1 :]
    if other == token:
        assert vault.redeem(other, "s") == uid
        return
    with pytest.raises(BadToken):
        vault.redeem(other, "s")


def test_a_token_of_one_kind_is_none_of_another():
    token = vault.issue("s", UID)
    for wrong in (token, "r" + token[1:]):
        with pytest.raises(BadToken):
            vault.redeem(wrong, "r")
    assert vault.issue("r", UID)[1:] != token[1:]


def test_every_second_spelling_of_a_token_is_refused():
    token = vault.issue("s", UID)
    value = ALPHABET.index(token[-1])
    twins = [token[:-1] + letter for letter in ALPHABET if letter != token[-1]]
    assert value % 16 == 0  # 256 bits in 52 letters leave four of the last one's five unused
    for twin in (*twins, token.upper(), token + "=", token + "\n", " " + token):
        with pytest.raises(BadToken):
            vault.redeem(twin, "s")


@given(st.text(max_size=60))
def test_no_text_makes_redeeming_break(text):
    with pytest.raises(BadToken):
        vault.redeem(text, "s")


def test_a_token_is_the_uid_and_its_mac():
    assert tokens.split(vault.issue("s", UID))[:2] == ("s", UID)


class Eager(KeyFile):
    """Looks at the file every time."""

    LOOK_SECONDS = 0.0


@pytest.fixture
def rotated(tmp_path):
    """A running vault whose ring was rotated on disk: the vault, the old ring, the new one."""
    path, old = tmp_path / "keys.json", KeyRing.fresh()
    save(path, old)
    patient, eager = Vault(old, KeyFile(path)), Vault(old, Eager(path))
    new = old.with_new_key()
    save(path, new)
    return patient, eager, old, new


def test_a_running_process_seals_with_the_new_key_soon_after_a_rotation_without_having_read_anything(rotated):
    _, eager, _, new = rotated
    assert eager.seal("a.b", UID, "x")[0] == new.current
    assert KeyFile.LOOK_SECONDS < SETTLE_SECONDS / 2


def test_a_ring_that_cannot_be_read_for_a_moment_leaves_the_one_in_memory_at_work(rotated):
    _, eager, old, _ = rotated
    eager._file.path.unlink()
    assert eager.seal("a.b", UID, "x")[0] == old.current


def test_a_ring_that_was_not_to_be_read_at_first_is_followed_once_it_is(rotated):
    _, eager, old, new = rotated
    eager._file.path.chmod(0o644)  # as it is while somebody copies it here
    assert eager.seal("a.b", UID, "x")[0] == old.current
    eager._file.path.chmod(0o600)  # changes neither its time nor its number
    assert eager.seal("a.b", UID, "x")[0] == new.current


def test_a_running_process_opens_what_a_newer_ring_sealed_and_seals_with_it_from_then_on(rotated):
    running, _, old, new = rotated
    fresh = Vault(new).seal("a.b", UID, "new")
    assert running.seal("a.b", UID, "x")[0] == old.current
    assert running.open("a.b", UID, fresh) == "new"
    assert running.seal("a.b", UID, "x")[0] == new.current
    assert running.open("a.b", UID, Vault(old).seal("a.b", UID, "old")) == "old"


def test_a_key_number_nobody_knows_does_not_open_even_after_a_look_at_the_ring(rotated):
    for running in (*rotated[:2], vault):
        with pytest.raises(CannotOpen):
            running.open("a.b", UID, b"\x09" + b"x" * 40)


@given(st.data())
def test_the_way_for_many_values_opens_and_refuses_the_same(data):
    words = data.draw(st.text(st.characters(exclude_categories=["Cs"])))
    sealed, opener = vault.seal("a.b", UID, words), vault.opener("a.b")
    assert opener(UID, sealed) == words
    assert opener(UID, None) == ""
    with pytest.raises(CannotOpen):
        opener(OTHER, sealed)
    with pytest.raises(CannotOpen):
        opener(UID, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


def test_while_the_ring_is_taken_anew_every_thread_seals_with_a_key_that_fits_its_number():
    old = KeyRing.fresh()
    new = old.with_new_key()
    running, reader = Vault(old), Vault(new)
    stop = threading.Event()

    def turn():
        while not stop.is_set():
            running._take(new)
            running._take(old)

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        for _ in range(3_000):
            assert reader.open("a.b", UID, running.seal("a.b", UID, "kept")) == "kept"
    finally:
        stop.set()
        thread.join()


def test_a_ring_has_room_for_255_keys_and_then_says_what_to_do():
    ring = KeyRing.fresh()
    for _ in range(254):
        ring = ring.with_new_key()
    assert set(ring.keys) == set(range(1, 256))
    with pytest.raises(KeyRingError, match="campaign keys retire"):
        ring.with_new_key()
    smaller = ring.without({1, 2, ring.current})
    assert smaller.current == 255
    assert smaller.with_new_key().current == 1
