"""A mailbox verifies the member whose it is, and nobody else; everything else waits, with every reason."""

from datetime import date

import pytest

from campaign.db import atomic
from campaign.godparents import applying, service
from campaign.godparents.mailboxes import bears
from campaign.godparents.models import Godparent, Reason
from campaign.godparents.verifying import verdict
from campaign.kit import addresses
from tests.godparents import making

TODAY = date(2026, 11, 22)
AT = "@parliament.example"
VERIFIED: set[Reason] = set()

CASES = [
    # the roster has an address
    ("Mari Tamm", "mari.tamm" + AT, VERIFIED),
    ("Tamm Mari", "MARI.Tamm@Parliament.Example", VERIFIED),
    ("Mari Tаmm", "mari.tamm@mail.parliament.example", VERIFIED),  # a Cyrillic "а" in the name, as keyboards have it
    ("Mari Tamm", "jaan.kask" + AT, {Reason.OTHER_MAILBOX}),
    ("Mari Tamm", "intern" + AT, {Reason.OTHER_MAILBOX}),
    ("Mari Tamm", "liis.parn" + AT, {Reason.MAILBOX_OF_ANOTHER, Reason.OTHER_MAILBOX}),
    ("Mari Tamm", "mari.tamm@gmail.com", {Reason.WEBMAIL, Reason.OTHER_MAILBOX}),
    ("Mari Tamm", "mari.tamm@parliament.example.test", {Reason.OTHER_DOMAIN, Reason.OTHER_MAILBOX}),
    ("Mari Tamm", "mari.tamm@notparliament.example", {Reason.OTHER_DOMAIN, Reason.OTHER_MAILBOX}),
    ("Mari Tamm", "mari.tamm@pаrliament.example", {Reason.OTHER_DOMAIN, Reason.OTHER_MAILBOX}),  # Cyrillic "а"
    ("Juhan Lepp", "juhan.lepp" + AT, {Reason.OTHER_MAILBOX}),
    ("Juhan Lepp", "juhan.lepp@party.example", {Reason.OTHER_DOMAIN}),
    ("Ott Group", "group" + AT, {Reason.MAILBOX_OF_ANOTHER}),  # several members have this one
    # the roster has none: the mailbox has to bear the name
    ("Jaan Kask", "jaan.kask" + AT, VERIFIED),
    ("Jaan Kask", "j.kask" + AT, VERIFIED),
    ("Jaan Kask", "kask" + AT, VERIFIED),
    ("Jaan Kask", "jaan.kask.mp" + AT, VERIFIED),
    ("Кирилл Орлов", "kirill_orlov" + AT, VERIFIED),
    ("Jaan Kask", "jaan" + AT, {Reason.MAILBOX_WITHOUT_NAME}),
    ("Jaan Kask", "jaan.kask2" + AT, {Reason.MAILBOX_WITHOUT_NAME}),
    ("Jaan Kask", "mari.tamm" + AT, {Reason.MAILBOX_WITHOUT_NAME, Reason.MAILBOX_OF_ANOTHER}),
    ("Kai Post", "post" + AT, {Reason.MAILBOX_WITHOUT_NAME}),
    ("Anna Mets", "anna.mets" + AT, VERIFIED),
    ("Anna Mets", "a.mets" + AT, {Reason.SEVERAL_MEMBERS}),
    ("Anna Mets", "mets" + AT, {Reason.SEVERAL_MEMBERS}),
    # who is in no such roster, or not any more, or twice
    ("Liis Pärn", "liis.parn" + AT, VERIFIED),
    ("Liis Parn", "l.parn" + AT, {Reason.SEVERAL_MEMBERS}),
    ("Peeter Saar", "peeter.saar" + AT, {Reason.LEFT_OFFICE}),
    ("Tiit Kuusk", "tiit.kuusk" + AT, {Reason.OTHER_CHAMBER}),
    ("Nobody Known", "nobody.known" + AT, {Reason.NOT_IN_ROSTER}),
]


@pytest.fixture
def roster(app):
    """Ids of members by name, and of the two chambers."""
    with app.app_context(), atomic() as session:
        here, there = making.chamber(session), making.chamber(session, "Senate", domain="senate.example")
        people = {
            "Mari Tamm": "mari.tamm" + AT, "Jaan Kask": "", "Anna Mets": "", "Ants Mets": "", "Kirill Orlov": "",
            "Juhan Lepp": "juhan.lepp@party.example", "Ott Group": "group" + AT, "Uku Group": "group" + AT,
            "Kai Post": "",
        }  # fmt: skip
        made = {name: making.member(session, here, *name.split(), email=email).id for name, email in people.items()}
        made["first"] = making.member(session, here, "Liis", "Pärn", email="liis.parn" + AT).id
        made["second"] = making.member(session, here, "Liis", "Pärn", email="liis.parn2" + AT).id
        made["Peeter Saar"] = making.member(
            session, here, "Peeter", "Saar", email="peeter.saar" + AT, until=date(2025, 3, 4)
        ).id
        made["Tiit Kuusk"] = making.member(session, there, "Tiit", "Kuusk").id
        return made | {"here": here.id, "there": there.id}


def asked(session, name, email, chamber_id, **changes):
    given_name, family_name = name.split()
    address = addresses.parse(email)
    canonical = {"canonical": address.canonical, "domain": address.domain, "chamber_id": chamber_id}
    form = making.application(given_name, family_name, email, **canonical | changes)
    campaign_id = making.programme(session).campaign_id
    return verdict(session, Godparent(id=0, campaign_id=campaign_id), form, TODAY)


def test_a_mailbox_verifies_the_member_whose_it_is_and_every_other_waits_with_all_reasons(app, roster):
    with app.app_context(), atomic() as session:
        for name, email, wanted in CASES:
            found = asked(session, name, email, roster["here"])
            assert set(found.reasons) == wanted, (name, email)
            assert found.verified == (not wanted)


def test_what_was_picked_helps_only_who_bears_the_name(app, roster):
    with app.app_context(), atomic() as session:
        mari = "Mari Tamm", "mari.tamm" + AT
        assert asked(session, *mari, roster["here"], member_id=roster["Jaan Kask"]).member_id == roster["Mari Tamm"]
        liis = "Liis Pärn", "liis.parn" + AT
        assert asked(session, *liis, roster["here"], member_id=roster["first"]).verified
        other = asked(session, *liis, roster["here"], member_id=roster["second"])
        assert Reason.MAILBOX_OF_ANOTHER in other.reasons


def test_the_chamber_is_found_by_domain_and_name_but_another_office_always_waits(app, roster):
    with app.app_context(), atomic() as session:
        found = asked(session, "Mari Tamm", "mari.tamm" + AT, None)
        assert (found.verified, found.member_id, found.chamber_id) == (True, roster["Mari Tamm"], roster["here"])
        minister = asked(session, "Mari Tamm", "mari.tamm" + AT, None, office="Minister of Justice")
        assert minister.reasons == (Reason.NO_CHAMBER,)
        impostor = asked(session, "Ene Ilves", "mari.tamm" + AT, None)
        assert set(impostor.reasons) == {Reason.NO_CHAMBER, Reason.MAILBOX_OF_ANOTHER}


def test_nobody_is_verified_as_a_member_who_is_among_the_accepted_and_a_domain_only_seen_counts_nothing(app, roster):
    with app.app_context(), atomic() as session:
        act, campaign_id = making.acting(app, session), making.programme(session).campaign_id
        mari = making.application(chamber_id=roster["here"])
        assert making.accepted(act, campaign_id, mari).verified_by == "mailbox"
        again = asked(session, "Mari Tamm", "mari.tamm@mail.parliament.example", roster["here"])
        assert again.reasons == (Reason.ALREADY_GODPARENT,)
        seen = making.chamber(session, "Seen", domain="seen.example")
        seen.domains[0].official = False
        making.member(session, seen, "Ene", "Ilves", email="ene.ilves@seen.example")
        found = asked(session, "Ene Ilves", "ene.ilves@seen.example", seen.id)
        assert found.reasons == (Reason.OTHER_DOMAIN,)


def test_of_who_waits_nothing_in_clear_says_who_it_is(app, roster):
    with app.app_context(), atomic() as session:
        act, campaign_id = making.acting(app, session), making.programme(session).campaign_id
        form = making.application("Jaan", "Kask", "intern" + AT, chamber_id=roster["here"])
        godparent = making.joined(act, campaign_id, form)
        service.confirm(act, godparent.uid)
        assert (godparent.member_id, godparent.chamber_id, godparent.family_name) == (None, None, "")
        assert godparent.reasons == [Reason.MAILBOX_WITHOUT_NAME.value]
        assert applying.opened(act.vault, godparent).member_id == roster["Jaan Kask"]


@pytest.mark.parametrize(
    ("local", "given_name", "family_name"),
    [
        ("joerg.mueller", "Jörg", "Müller"),
        ("jorg.muller", "Jörg", "Müller"),
        ("u.vonderleyen", "Ursula", "von der Leyen"),
        ("u.leyen", "Ursula", "von der Leyen"),
        ("marie-claire.o-neill", "Marie Claire", "O'Neill"),
        ("mc.oneill", "Marie Claire", "O’Neill"),
        ("garcia.ana", "Ana", "García López"),
        ("y.timoshenko", "Юлия", "Тимошенко"),
    ],
)
def test_a_mailbox_bears_a_name_in_any_of_its_spellings(local, given_name, family_name):
    assert bears(local, f"{given_name} {family_name}", given_name, family_name)


@pytest.mark.parametrize(
    ("local", "given_name", "family_name"),
    [
        ("", "Mari", "Tamm"),
        ("mari", "Mari", "Tamm"),
        ("m", "Mari", "Tamm"),
        ("tammsaare", "Mari", "Tamm"),
        ("von", "Ursula", "von der Leyen"),
        ("mari.tamm.office", "Mari", "Tamm"),
        ("mp", "Mari", "Tamm"),
        ("...", "", ""),
    ],
)
def test_a_mailbox_that_only_resembles_the_name_does_not_bear_it(local, given_name, family_name):
    assert not bears(local, f"{given_name} {family_name}", given_name, family_name)


def test_without_a_known_family_name_the_whole_name_is_asked_for():
    assert bears("nagy.anna", "Nagy Anna", "", "")
    assert bears("anna.nagy", "Nagy Anna", "", "")
    assert not bears("anna", "Nagy Anna", "", "")
    assert not bears("anna", "Anna", "Anna", "-")
