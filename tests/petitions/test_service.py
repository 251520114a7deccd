"""What signing, confirming and taking back promise."""

import threading
from dataclasses import replace

import pytest

from campaign.db import atomic
from campaign.petitions import service
from campaign.petitions.models import Petition, PetitionText
from campaign.petitions.service import Choices, Unknown
from tests.factories import Signing, submission


@pytest.fixture
def signing(app):
    return Signing(app)


def test_signing_stores_person_signature_consents_text_and_mail_together(signing):
    signing.sign(show_name=True, updates=True)
    row = signing.rows("SELECT status, text_id, person_id, show_name, deliver_name FROM signatures")[0]
    assert row.status == "pending"
    assert row.text_id == signing.target.text_id
    assert (bool(row.show_name), bool(row.deliver_name)) == (True, False)
    consents = signing.rows("SELECT purpose, wording, given_at FROM consents ORDER BY id")
    assert [c.purpose for c in consents] == ["sign", "show_name", "updates"]
    assert all(c.wording and c.given_at for c in consents)
    assert signing.mails() == ["confirm"]


def test_nothing_personal_is_stored_in_clear(signing):
    signing.confirmed(
        "hidden@example.org", given_name="Zoe", family_name="Hiddenname", comment="Secretword", postal_code="98765"
    )
    for table in ("persons", "signatures", "consents", "messages"):
        for row in signing.rows(f"SELECT * FROM {table}"):  # noqa: S608 - names from the line above
            for value in row:
                raw = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                assert not any(word in raw for word in (b"hidden@", b"Hiddenname", b"Secretword", b"98765")), table


def test_signing_twice_makes_one_signature_with_what_was_typed_last(signing):
    first = signing.sign(country="DE")
    second = signing.sign(country="FR", show_name=True)
    assert first == second
    assert signing.rows("SELECT country, show_name FROM signatures") == [("FR", True)]
    assert [row.purpose for row in signing.rows("SELECT purpose FROM consents ORDER BY id")] == ["sign", "show_name"]
    assert signing.mails() == ["confirm", "confirm"]


def test_a_pending_post_never_changes_what_a_confirmed_signature_says(signing):
    signing.confirmed(country="DE")
    signing.sign(country="RU", show_name=True, deliver_name=True)
    row = signing.rows("SELECT status, country, show_name, deliver_name FROM signatures")[0]
    assert (row.status, row.country, bool(row.show_name), bool(row.deliver_name)) == ("confirmed", "DE", False, False)
    assert signing.mails() == ["confirm", "receipt", "already"]


def test_the_mail_goes_to_the_address_that_signed_first(app, signing):
    signing.confirmed("owner@example.org")
    signing.act(service.sign, signing.target, _variant())
    vault = app.extensions["campaign.vault"]
    rows = signing.rows("SELECT uid, envelope FROM messages ORDER BY id")
    assert [vault.open("messages.envelope", bytes(r.uid), bytes(r.envelope)) for r in rows] == ["owner@example.org"] * 3


def test_what_is_typed_with_another_spelling_of_the_address_is_not_shown_to_who_signed_first(signing):
    signing.sign("owner@example.org", country="DE")
    signing.act(service.sign, signing.target, replace(_variant(), country="FR", show_name=True))
    assert signing.rows("SELECT country, show_name FROM signatures") == [("DE", False)]
    assert [row.purpose for row in signing.rows("SELECT purpose FROM consents")] == ["sign"]
    assert signing.mails() == ["confirm", "confirm"]


def test_the_case_of_an_address_is_no_other_spelling(signing):
    signing.sign("owner@example.org", country="DE")
    form = replace(submission("Owner@example.org"), canonical="owner@example.org", country="FR")
    signing.act(service.sign, signing.target, form)
    assert signing.rows("SELECT country FROM signatures") == [("FR",)]


def test_another_spelling_signs_a_second_petition_as_a_person_of_its_own(app, signing):
    other = _second_petition(app, signing)
    signing.act(service.sign, signing.target, submission("owner@example.org"))
    signing.act(service.sign, other, _variant())
    signing.act(service.sign, other, submission("owner@example.org"))
    vault = app.extensions["campaign.vault"]
    rows = signing.rows("SELECT uid, envelope FROM messages ORDER BY id")
    to = [vault.open("messages.envelope", bytes(r.uid), bytes(r.envelope)) for r in rows]
    assert to == ["owner@example.org", "owner+x@example.org", "owner+x@example.org"]
    assert signing.one("SELECT count(*) FROM signatures") == 2
    assert signing.one("SELECT count(*) FROM persons") == 2


def test_one_address_under_two_petitions_is_one_person(app, signing):
    other = _second_petition(app, signing)
    for target in (signing.target, other):
        signing.act(service.sign, target, submission("owner@example.org"))
    assert signing.one("SELECT count(*) FROM signatures") == 2
    assert signing.one("SELECT count(*) FROM persons") == 1


def _second_petition(app, signing):
    """Another petition of the same campaign."""
    with app.app_context(), atomic() as session:
        words = PetitionText(language="en", version=1, title="x", body="x", sha256="x", created_at=signing.now)
        petition = Petition(
            campaign_id=signing.target.campaign_id,
            slug="second",
            goal=10,
            published="published",
            counted_at=signing.now,
            created_at=signing.now,
            texts=[words],
        )
        session.add(petition)
        session.flush()
        return replace(signing.target, petition_id=petition.id, text_id=words.id)


def _variant():
    return replace(submission("owner+x@example.org"), canonical="owner@example.org")


def test_at_most_five_mails_go_to_one_address_and_the_receipt_is_one_of_them(signing):
    for _ in range(9):
        uid = signing.sign()
    assert len(signing.mails()) == 4
    signing.act(service.confirm, uid)
    for _ in range(3):
        signing.sign()
    assert signing.mails() == ["confirm"] * 4 + ["receipt"]


def test_confirming_twice_counts_once(signing):
    uid = signing.sign()
    assert signing.act(service.confirm, uid) is True
    assert signing.act(service.confirm, uid) is False
    assert signing.one("SELECT sum(change) FROM tally") == 1
    assert signing.mails() == ["confirm", "receipt"]


def test_fifty_posts_of_one_address_at_once_make_one_signature(signing):
    in_parallel(50, lambda number: signing.sign(given_name=f"Jo {number}"))
    assert signing.one("SELECT count(*) FROM signatures") == 1
    assert signing.one("SELECT count(*) FROM persons") == 1
    assert len(signing.mails()) == 4


def test_fifty_confirmations_at_once_count_once(signing):
    uid = signing.sign()
    in_parallel(50, lambda _number: signing.act(service.confirm, uid))
    assert signing.one("SELECT sum(change) FROM tally") == 1
    assert signing.mails().count("receipt") == 1


def test_not_me_deletes_everything_and_stops_further_mail(signing):
    uid = signing.sign()
    signing.act(service.refuse, uid)
    assert signing.sign() is None
    for table in ("signatures", "persons", "consents"):
        assert signing.one(f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - names from the line above
    assert signing.mails() == []


def test_not_me_after_a_confirmation_takes_the_signature_back(signing):
    uid = signing.confirmed()
    signing.act(service.refuse, uid)
    assert signing.one("SELECT sum(change) FROM tally") == 0
    assert signing.rows("SELECT status, person_id, given_name FROM signatures") == [("withdrawn", None, None)]
    assert signing.one("SELECT count(*) FROM persons") == 0


def test_withdrawing_takes_the_count_down_and_everything_personal_with_it(signing):
    uid = signing.confirmed(comment="x", postal_code="1")
    signing.act(service.withdraw, uid)
    signing.act(service.withdraw, uid)
    assert signing.one("SELECT sum(change) FROM tally") == 0
    row = signing.rows("SELECT * FROM signatures")[0]._asdict()
    assert row["status"] == "withdrawn"
    personal = ("person_id", "given_name", "family_name", "postal_code", "comment", "country")
    assert [row[name] for name in personal] == [None] * 6
    assert signing.one("SELECT count(*) FROM persons") == 0
    assert signing.one("SELECT count(*) FROM consents") == 0


def test_somebody_who_withdrew_may_sign_again(signing):
    signing.act(service.withdraw, signing.confirmed())
    signing.confirmed()
    assert signing.one("SELECT sum(change) FROM tally") == 1


def test_changed_choices_leave_a_record_of_each(signing):
    uid = signing.confirmed(show_name=True)
    signing.act(service.choose, uid, Choices(show_name=False, deliver_name=True, updates=False))
    lines = signing.rows("SELECT purpose, withdrawn_at FROM consents ORDER BY id")
    assert [(line.purpose, line.withdrawn_at is None) for line in lines] == [
        ("sign", True),
        ("show_name", False),
        ("deliver_name", True),
    ]


@pytest.mark.parametrize("verb", [service.confirm, service.withdraw, service.refuse, service.erase])
def test_an_unknown_signature_is_said_to_be_unknown(signing, verb):
    with pytest.raises(Unknown):
        signing.act(verb, b"\0" * 16)


def test_a_pending_signature_cannot_be_withdrawn_only_refused(signing):
    uid = signing.sign()
    with pytest.raises(Unknown):
        signing.act(service.withdraw, uid)


def in_parallel(times, call):
    """Call from many threads at once; an exception in one is raised here."""
    errors = []
    start = threading.Barrier(times)

    def run(number):
        start.wait()
        try:
            call(number)
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
