"""Godparents at the desk: decided, put right, released, withheld, invited; by those who may, and never twice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from campaign.accounts.models import Role
from campaign.audit.models import AuditEntry
from campaign.db import atomic, db
from campaign.godparents import inviting, own, photos, service, standing
from campaign.godparents.inviting_many import Invitee, Words, invite_many
from campaign.godparents.models import (
    EndReason,
    Godparent,
    Godparenthood,
    Invitation,
    Photo,
    PhotoFile,
    Programme,
    ReleaseBatch,
)
from campaign.kit import clock
from campaign.kit.addresses import parse
from campaign.mailing.models import Message
from campaign.mailing.service import ENVELOPE
from campaign.prisoners.models import Prisoner
from tests.godparents import making
from tests.organisers import logged_in

DESK = "/admin/godparents"


class Desk:
    """A programme with two prisoners, somebody who waits, and an organiser."""

    def __init__(self, app) -> None:
        self.app = app
        with app.app_context(), atomic() as session:
            programme = making.programme(session)
            self.campaign_id = programme.campaign_id
            self.anna = making.prisoner(session, "Anna Example", campaign_id=self.campaign_id).id
            making.prisoner(session, "Boris Example", campaign_id=self.campaign_id, since="2020-01-01")
            house = making.chamber(session)
            self.chamber = house.id
            self.mari = making.member(session, house, email="mari.tamm@parliament.example").id
        self.browser = logged_in(app, Role.EDITOR, self.campaign_id)

    def waits(self, given_name="Mari", family_name="Tamm", email="mari@mail.example", **changes) -> int:
        """Somebody who waits for a decision; the id."""
        with self.app.app_context(), atomic() as session:
            act = making.acting(self.app, session)
            form = making.application(given_name, family_name, email, **changes)
            godparent = making.joined(act, self.campaign_id, form)
            service.confirm(act, godparent.uid)
            assert godparent.state == "waiting"
            return godparent.id

    def accepted(self, given_name="Mari", family_name="Tamm", email="mari@mail.example", **changes) -> int:
        number = self.waits(given_name, family_name, email, **changes)
        with self.app.app_context(), atomic() as session:
            service.accept(making.acting(self.app, session), session.get(Godparent, number), verified_by="organiser:1")
        return number

    def page(self, path: str) -> str:
        answer = self.browser.get(f"{DESK}{path}")
        assert answer.status_code == 200, path
        return answer.text

    def press(self, path: str, seen: str = "", **fields):
        return self.browser.post(f"{DESK}{path}", seen=f"{DESK}{seen}", **fields)

    def decide(self, number: int, verb: str, **changes):
        """Send the decision's form as it was shown, with changes."""
        text = self.page(f"/waiting/{number}")
        return self.press(f"/waiting/{number}/{verb}", f"/waiting/{number}", **(typed(text) | changes))

    def one(self, thing, number: int, *names: str):
        with self.app.app_context():
            row = db.session().get(thing, number)
            values = tuple(getattr(row, name) for name in names)
            return values[0] if len(values) == 1 else values

    def pairs(self, number: int) -> list[Godparenthood]:
        with self.app.app_context():
            query = select(Godparenthood).where(Godparenthood.godparent_id == number).order_by(Godparenthood.id)
            return list(db.session().scalars(query))

    def record(self, action: str) -> list[tuple[str, str, dict]]:
        with self.app.app_context():
            query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
            return [(entry.actor, entry.subject, entry.details) for entry in db.session().scalars(query)]


def typed(page: str) -> dict[str, str]:
    """The fields of the last form of a page as a browser would send them."""
    form = page[page.rindex('class="sheet"') :]
    fields = dict(re.findall(r'<input type="(?:text|hidden)"[^>]* name="(\w+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'<input[^>]* name="(who)"[^>]* value="([^"]*)" checked', form))
    for name, options in re.findall(r'<select[^>]* name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    fields |= dict(re.findall(r'<input type="text" id="\w+" name="(\w+)" value="([^"]*)"', form))
    return {name: value for name, value in fields.items() if name != "csrf_token"}


@pytest.fixture
def desk(app) -> Desk:
    return Desk(app)


# --- deciding ------------------------------------------------------------------------------------------------------


def test_who_waits_is_shown_with_the_reasons_beside_what_the_roster_says(desk):
    number = desk.waits(statement="I stand by Anna.", chamber_id=desk.chamber, contact="Call Kadri")
    assert "Mari" in desk.page("/waiting")
    page = desk.page(f"/waiting/{number}")
    for words in ("mari@mail.example", "I stand by Anna.", "Call Kadri", "Parliament of Example", "1 of 1",
                  "Address in the roster: mari.tamm@parliament.example", "Why this waits"):  # fmt: skip
        assert words in page, words
    assert "1" in re.search(r"Sign-ups that wait.*?</td>", desk.browser.get("/admin/").text, re.DOTALL)[0]


def test_accepting_takes_what_was_put_right_binds_to_the_roster_and_goes_on_to_the_next(desk):
    first, second = desk.waits(), desk.waits("Jaan", "Kask", "jaan@mail.example", prisoner_id=desk.anna)
    answer = desk.decide(first, "accept", office="Speaker", who=f"member-{desk.mari}-{desk.chamber}")
    assert answer.location == f"{DESK}/waiting/{second}"
    names = ("state", "office", "member_id", "released_at")
    assert desk.one(Godparent, first, *names) == ("accepted", "Speaker", desk.mari, None)
    assert len(desk.pairs(first)) == 1
    answer = desk.decide(second, "accept")
    assert answer.location == f"{DESK}/waiting"
    assert [pair.prisoner_id for pair in desk.pairs(second)] == [desk.anna]
    actor, subject, details = desk.record("godparent.accept")[0]
    assert (actor.partition(":")[0], subject) == ("organiser", f"godparent:{first}")
    assert details["corrected"] == ["office", "roster"]
    assert "Mari" not in str(details)


def test_declining_writes_a_mail_and_nothing_is_shown(desk):
    number = desk.waits()
    assert desk.decide(number, "decline").status_code == 303
    assert desk.one(Godparent, number, "state") == "declined"
    assert desk.browser.get(f"{DESK}/{number}").status_code == 404


def test_of_two_who_decide_at_once_the_second_is_told_and_changes_nothing(desk):
    number = desk.waits()
    page = desk.page(f"/waiting/{number}")
    other = logged_in(desk.app, Role.OWNER)
    shown = typed(page)
    assert desk.press(f"/waiting/{number}/accept", "/waiting", **shown).status_code == 303
    answer = other.post(f"{DESK}/waiting/{number}/decline", seen="/admin/password")
    assert answer.location == f"{DESK}/{number}"
    assert "accepted this sign-up already" in other.get(answer.location).text
    assert desk.one(Godparent, number, "state") == "accepted"
    assert desk.record("godparent.decline") == []


def test_what_was_typed_anew_meanwhile_is_not_accepted_unseen(desk):
    number = desk.waits()
    shown = typed(desk.page(f"/waiting/{number}"))
    with desk.app.app_context(), atomic() as session:
        act = making.acting(desk.app, session)
        service.decline(act, session.get(Godparent, number))
        service.join(act, desk.campaign_id, making.application("Mari", "Tamm", "mari@mail.example", statement="Vote!"))
        service.confirm(act, session.get(Godparent, number).uid)
    desk.press(f"/waiting/{number}/accept", "/waiting", **shown)
    assert desk.one(Godparent, number, "state") == "waiting"
    assert "typed anew meanwhile" in desk.page(f"/waiting/{number}")


def test_a_member_is_accepted_once_and_the_second_sign_up_stays_with_a_message(desk):
    who = f"member-{desk.mari}-{desk.chamber}"
    desk.decide(desk.waits(), "accept", who=who)
    second = desk.waits(email="other@mail.example")
    assert "Is a godparent already" in desk.page(f"/waiting/{second}")
    answer = desk.decide(second, "accept", who=who)
    assert answer.status_code == 409
    assert "is a godparent already" in answer.text
    assert desk.one(Godparent, second, "state") == "waiting"


# --- what godparents change ----------------------------------------------------------------------------------------


def photo(desk, number: int, *, shown: bool) -> int:
    with desk.app.app_context(), atomic() as session:
        made = Photo(version="v", width=4, height=5, created_at=clock.now(),
                     files=[PhotoFile(size=160, format="jpeg", content=b"jpeg")])  # fmt: skip
        godparent = session.get(Godparent, number)
        photos.put(session, godparent, made)
        made.shown = shown
        session.flush()
        return made.id


def test_a_new_statement_replaces_the_old_one_only_as_it_was_read(desk):
    number = desk.accepted(statement="Old words.")
    (pair,) = desk.pairs(number)
    with desk.app.app_context(), atomic() as session:
        own.propose_statement(session.get(Godparenthood, pair.id), "New\nwords.", "en")
    assert "New\nwords." in desk.page("/changes")
    desk.press(f"/statements/{pair.id}", "/changes", decision="show", words="Something else")
    assert desk.pairs(number)[0].statement == "Old words."
    desk.press(f"/statements/{pair.id}", "/changes", decision="show", words="New\r\nwords.")
    assert (desk.pairs(number)[0].statement, desk.pairs(number)[0].proposed) == ("New\nwords.", None)
    assert desk.record("godparent.statement")[0][2] == {"pair": pair.id, "shown": True}


def test_a_new_photo_of_a_public_godparent_is_looked_at_then_shown_or_dropped(desk):
    number = desk.accepted()
    with desk.app.app_context(), atomic() as session:
        standing.release(making.acting(desk.app, session), standing.active_pairs(session, number))
    photo(desk, number, shown=True)
    new = photo(desk, number, shown=False)
    assert f"/photos/{new}.jpg" in desk.page("/changes")
    assert desk.browser.get(f"{DESK}/photos/{new}.jpg").data == b"jpeg"
    desk.press(f"/photos/{new}", "/changes", decision="show")
    with desk.app.app_context():
        assert list(db.session().scalars(select(Photo.id).where(Photo.godparent_id == number))) == [new]
    dropped = photo(desk, number, shown=False)
    desk.press(f"/photos/{dropped}", "/changes", decision="drop")
    assert desk.browser.get(f"{DESK}/photos/{dropped}.jpg").status_code == 404


# --- one godparent -------------------------------------------------------------------------------------------------


def test_addresses_are_shown_to_those_who_decide_and_to_nobody_else(desk):
    number = desk.accepted(contact="Call Kadri")
    for role, there in ((Role.MODERATOR, True), (Role.DELIVERER, False)):
        page = logged_in(desk.app, role, desk.campaign_id).get(f"{DESK}/{number}").text
        assert "Mari Tamm" in page
        assert ("mari@mail.example" in page) is there
        assert ("Call Kadri" in page) is there


def test_details_are_put_right_and_nobody_takes_anothers_address(desk):
    number, other = desk.accepted(), desk.accepted("Jaan", "Kask", "jaan@mail.example")
    shown = typed(desk.page(f"/{number}/details"))
    assert shown["slug"] == "mari-tamm"
    answer = desk.press(f"/{number}/details", f"/{number}/details", **(shown | {"slug": "jaan-kask"}))
    assert answer.status_code == 409
    changes = {"family_name": "Tamm-Kask", "party": "Greens", "slug": "Mari T"}
    desk.press(f"/{number}/details", f"/{number}/details", **(shown | changes))
    names = ("family_name", "party", "slug", "sort_key")
    assert desk.one(Godparent, number, *names) == ("Tamm-Kask", "Greens", "mari-t", "tamm kask mari")
    assert desk.record("godparent.correct")[0][2]["changed"] == ["family_name", "party", "slug"]
    assert desk.one(Godparent, other, "slug") == "jaan-kask"


def test_a_godparenthood_is_begun_ended_with_a_reason_and_handed_over(desk):
    number = desk.accepted()
    desk.press(f"/{number}/pairs/new", f"/{number}", prisoner=str(desk.anna))
    first, second = desk.pairs(number)
    assert second.prisoner_id == desk.anna
    assert desk.press(f"/pairs/{first.id}/end", f"/{number}", reason="nonsense").status_code == 422
    desk.press(f"/pairs/{first.id}/end", f"/{number}", reason="withdrawn")
    assert desk.pairs(number)[0].end_reason == EndReason.WITHDRAWN
    successor = {"name": "Jaan Kask", "email": "jaan@parliament.example", "language": "en"}
    desk.press(f"/pairs/{second.id}/handover", f"/{number}", **successor)
    with desk.app.app_context():
        asked = inviting.handover_of(db.session(), second.id)
        assert inviting.email_of(desk.app.extensions["campaign.vault"], asked) == "jaan@parliament.example"
    assert "A successor is asked" in desk.page(f"/{number}")
    desk.press(f"/pairs/{second.id}/handover", f"/{number}", **successor)
    assert "has been asked already" in desk.page(f"/{number}")


def test_the_link_to_the_own_page_goes_to_the_confirmed_address_alone(desk):
    number = desk.accepted()
    desk.press(f"/{number}/link", f"/{number}")
    with desk.app.app_context():
        sent = select(Message).where(Message.kind == "godparent_link")
        envelope = desk.app.extensions["campaign.vault"].opener(ENVELOPE)
        assert [envelope(mail.uid, mail.envelope) for mail in db.session().scalars(sent)] == ["mari@mail.example"]
    assert desk.record("godparent.link")[0][1] == f"godparent:{number}"


def test_who_asked_for_it_is_erased_and_only_dates_and_prisoners_stay(desk):
    number = desk.accepted()
    assert "1 godparenthood ends with it" in desk.page(f"/{number}/erase")
    desk.press(f"/{number}/erase", f"/{number}/erase")
    assert desk.one(Godparent, number, "state", "given_name", "slug") == ("erased", "", None)
    page = desk.page(f"/{number}")
    assert "Erased on request" in page
    assert "Mari" not in page


# --- release -------------------------------------------------------------------------------------------------------


def ticks(page: str) -> list[str]:
    return re.findall(r'name="pair"[^>]*value="([\d.]+)" checked', page)


def test_everything_that_waits_is_released_together_and_can_be_posted(desk):
    first, second = desk.accepted(statement="I stand by."), desk.accepted("Jaan", "Kask", "jaan@mail.example")
    page = desk.page("/release")
    assert "I stand by." in page
    boxes = ticks(page)
    assert len(boxes) == 2
    answer = desk.press("/release", "/release", pair=boxes)
    with desk.app.app_context():
        batch = db.session().scalars(select(ReleaseBatch)).one()
        assert answer.location == f"{DESK}/release/{batch.id}"
    assert all(desk.one(Godparent, number, "released_at") for number in (first, second))
    page = desk.page(f"/release/{batch.id}")
    assert "2 pairs released together" in page
    assert "Mari Tamm" in page
    assert ticks(desk.page("/release")) == []
    assert desk.record("godparent.release")[0][2] == {"pairs": 2}


def test_what_was_handed_over_comes_before_what_waited_longer(desk):
    first, second = desk.accepted(), desk.accepted("Jaan", "Kask", "jaan@mail.example")
    (older,), (newer,) = desk.pairs(first), desk.pairs(second)
    with desk.app.app_context(), atomic() as session:
        session.get(Godparenthood, newer.id).how = "handed_over"
    assert [int(box.split(".")[0]) for box in ticks(desk.page("/release"))] == [newer.id, older.id]


def test_a_photo_that_was_not_looked_at_is_not_released(desk):
    number = desk.accepted()
    boxes = ticks(desk.page("/release"))
    photo(desk, number, shown=False)
    desk.press("/release", "/release", pair=boxes)
    assert desk.one(Godparent, number, "released_at") is None


def test_who_was_withheld_is_public_again_only_by_a_tick_of_its_own(desk):
    number = desk.accepted()
    desk.press("/release", "/release", pair=ticks(desk.page("/release")))
    desk.press(f"/{number}/withhold", f"/{number}")
    assert desk.one(Godparent, number, "released_at") is None
    assert "Withheld since" in desk.page("/release")
    assert ticks(desk.page("/release")) == []
    (pair,) = desk.pairs(number)
    desk.press(f"/pairs/{pair.id}/release", f"/{number}", looked_at=f"{pair.id}.0")
    assert desk.one(Godparent, number, "released_at") is not None
    assert desk.one(Prisoner, pair.prisoner_id, "godparents") == 1


# --- who left, who has nobody ---------------------------------------------------------------------------------------


def test_who_left_office_is_asked_again_or_ended_with_that_reason(desk):
    number = desk.accepted()
    with desk.app.app_context(), atomic() as session:
        session.get(Godparent, number).left_office_on = clock.now().date()
    assert "Mari Tamm" in desk.page("/left")
    desk.press(f"/{number}/left", "/left", act="ask")
    assert "Asked for a successor" in desk.page("/left")
    desk.press(f"/{number}/left", "/left", act="end")
    assert desk.pairs(number)[0].end_reason == EndReason.LEFT_OFFICE
    assert "Mari Tamm" not in desk.page("/left")


def test_who_has_nobody_to_stand_by_is_listed_and_assigned_somebody(desk):
    number = desk.accepted()
    (pair,) = desk.pairs(number)
    with desk.app.app_context(), atomic() as session:
        act = making.acting(desk.app, session)
        standing.end(act, [session.get(Godparenthood, pair.id)], EndReason.RELEASED)
        session.get(Godparent, number).wants_prisoner = True
    assert "Mari Tamm" in desk.page("/unpaired")
    desk.press(f"/{number}/pairs/new", "/unpaired", prisoner="assign")
    assert len(desk.pairs(number)) == 2
    assert "Mari Tamm" not in desk.page("/unpaired")


# --- invitations ----------------------------------------------------------------------------------------------------


def invitations(desk) -> list[Invitation]:
    with desk.app.app_context():
        return list(db.session().scalars(select(Invitation).order_by(Invitation.id)))


def test_members_are_ticked_others_pasted_and_nobody_is_invited_twice(desk):
    desk.accepted("Jaan", "Kask", "jaan@parliament.example")
    with desk.app.app_context(), atomic() as session:
        chamber = making.chamber(session, "Second House", domain="second.example")
        kadri = making.member(session, chamber, "Kadri", "Saar", email="kadri@second.example").id
        making.member(session, chamber, "Jaan", "Kask", email="jaan@parliament.example")
        making.member(session, chamber, "Peeter", "Lill")
        number = chamber.id
    page = desk.page(f"/invitations/new?chamber={number}")
    assert "is a godparent" in page
    assert "no address" in page
    fields = {"chamber": str(number), "member": [str(kadri)], "message": "Please join us.", "language": "en"}
    fields["pasted"] = "Jaan Kask <jaan@parliament.example>\nUno Uus <uno@second.example>\nUNO@second.example"
    wrong = desk.press("/invitations/new", "/invitations/new", **(fields | {"pasted": "no address here"}))
    assert wrong.status_code == 422
    assert invitations(desk) == []
    for _ in range(2):
        answer = desk.press(
            "/invitations/new", "/invitations/new", **(fields | {"prisoner": "/prisoners/anna-example"})
        )
        assert answer.status_code == 303, answer.text
    made = invitations(desk)
    vault = desk.app.extensions["campaign.vault"]
    assert [(inviting.name_of(vault, each), each.member_id, each.prisoner_id) for each in made] == [
        ("Kadri Saar", kadri, desk.anna),
        ("Uno Uus", None, desk.anna),
    ]
    assert inviting.message_of(vault, made[0]) == "Please join us."
    assert [details["made"] for _actor, _subject, details in desk.record("godparent.invite")] == [2, 0]


def test_an_invitation_is_reminded_of_after_some_days_and_taken_back(desk):
    with desk.app.app_context(), atomic() as session:
        invitees = [Invitee(name, parse(f"{name}@second.example")) for name in ("uno", "duo")]
        invite_many(making.acting(desk.app, session), desk.campaign_id, invitees, Words("", "en"))
        sent = {"state": "sent", "sent_at": clock.now() - inviting.REMIND_AFTER}
        session.execute(update(Invitation).values(**sent))
    uno, duo = invitations(desk)
    assert "uno@second.example" in desk.page("/invitations")
    desk.press(f"/invitations/{duo.id}/withdraw", "/invitations")
    desk.press("/invitations/remind", "/invitations")
    assert [(each.state, each.reminders) for each in invitations(desk)] == [("waiting", 1), ("withdrawn", 0)]
    desk.press(f"/invitations/{uno.id}/remind", "/invitations")
    assert invitations(desk)[0].reminders == 1


# --- programmes -----------------------------------------------------------------------------------------------------


def test_an_owner_opens_a_programme_with_its_limits_and_words(desk):
    owner = logged_in(desk.app, Role.OWNER)
    with desk.app.app_context(), atomic() as session:
        session.delete(session.get(Programme, desk.campaign_id))
    path = f"{DESK}/settings/free-viasna"
    assert "has no programme yet" in owner.get(path).text
    fields = {"open": "on", "role": "patron", "per_prisoner": "7", "per_godparent": "2"}
    assert owner.post(path, seen=path, **(fields | {"per_prisoner": "0"})).status_code == 422
    owner.post(path, seen=path, **fields)
    names = ("open", "role", "per_prisoner", "per_godparent", "releases_itself")
    assert desk.one(Programme, desk.campaign_id, *names) == (True, "patron", 7, 2, False)
    assert desk.record("godparent.settings")[0][2]["changed"] == [
        "made",
        "open",
        "role",
        "per_prisoner",
        "per_godparent",
    ]


# --- what nobody types ----------------------------------------------------------------------------------------------


ODD = ("\0", "9" * 30, "-1", "²", "%", "x" * 5_000, "../..", "\ud7ff\uffff")


def test_odd_values_in_addresses_and_forms_find_nothing_and_break_nothing(desk):
    number = desk.accepted()
    (pair,) = desk.pairs(number)
    for odd in ODD:
        for path, names in (
            ("", ("q", "state", "after")),
            ("/waiting", ("after",)),
            ("/invitations", ("state", "before")),
            ("/invitations/new", ("campaign", "chamber", "party", "q")),
            (f"/{number}/pairs/new", ("q",)),
        ):
            asked = dict.fromkeys(names, odd)
            assert desk.browser.get(f"{DESK}{path}", query_string=asked).status_code == 200, (path, odd)
        for path, fields in (
            ("/release", {"pair": odd}),
            (f"/{number}/pairs/new", {"prisoner": odd}),
            (f"/pairs/{pair.id}/end", {"reason": odd}),
            (f"/pairs/{pair.id}/handover", {"name": odd, "email": odd, "message": odd, "language": odd}),
            (f"/{number}/details", {"slug": odd, "who": odd, "chamber": odd, "given_name": odd, "country": odd}),
            ("/invitations/new", {"pasted": odd, "prisoner": odd, "member": odd, "chamber": odd, "language": "en"}),
        ):
            assert desk.press(path, f"/{number}", **fields).status_code in (303, 422), (path, odd)
    assert desk.pairs(number)[0].active
    assert invitations(desk) == []
