"""The way in, as a member's browser or a hostile program meets it."""

import dataclasses
import io
import json

from sqlalchemy import select, update

from campaign.db import atomic, db
from campaign.godparents import applying, standing
from campaign.godparents.models import Godparent, State
from campaign.prisoners.models import Prisoner, Status
from campaign.web.limits import Limits
from tests.browsing import hidden_fields, link, mails
from tests.godparents.joining import FIELDS, MAILBOX, PATH, confirmed, opened, send, states
from tests.pictures import files


def only(app):
    """The one who signed up, with what was typed."""
    godparent = db.session.scalars(select(Godparent)).one()
    return godparent, applying.opened(app.extensions["campaign.vault"], godparent)


def test_a_member_joins_and_reads_at_each_step_what_happens_and_nothing_more(app, client):
    picked = opened(app)
    answer = send(client, prisoner="marfa-rabkova", photo=(io.BytesIO(files.jpeg()), "me.jpg"), **picked)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}/thanks")
    assert client.get(answer.headers["Location"]).status_code == 200
    (mail,) = mails(app)
    assert mail["To"] == MAILBOX
    path = link(mail)
    page = client.get(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    for typed in ("Mari Tamm", "Parliament of Example", "Marfa Rabkova", "Jaan the assistant", "+372 000 0000",
                  "Party of Examples", "Estonia", "A photo was sent", "Nobody should be alone"):  # fmt: skip
        assert typed in page.text
    assert states(app) == ["pending"]
    for _ in range(2):
        assert client.post(path, data=hidden_fields(page.text)).headers["Location"] == path
    assert "We will write" not in page.text
    assert "we will write to you" in client.get(path).text
    assert states(app) == ["accepted"]
    with app.app_context():
        godparent = db.session.scalars(select(Godparent)).one()
        (pair,) = standing.active_pairs(db.session(), godparent.id)
        assert (pair.prisoner.slug, pair.statement) == ("marfa-rabkova", FIELDS["statement"])
        assert [photo.shown for photo in godparent.photos] == [False]
        assert not godparent.public


def test_who_has_to_wait_for_an_organiser_reads_just_what_a_verified_member_reads(app, client):
    picked = opened(app)
    waiting = confirmed(app, client, email="mari@webmail.example", **picked)
    verified = confirmed(app, client, **picked)
    assert states(app) == ["waiting", "accepted"]
    assert waiting.text == verified.text
    assert "own/" not in waiting.text


def test_the_answer_is_the_same_whatever_is_known_of_the_mailbox(app, client):
    picked = opened(app)
    answers = [send(client, **picked), send(client, **picked)]
    client.post(link(mails(app)[0]))
    answers.append(send(client, **picked))
    send(client, email="other@example.org", **picked)
    client.post(f"{link(mails(app)[-1])}/not-me")
    answers.append(send(client, email="other@example.org", **picked))
    assert {(a.status_code, a.headers["Location"], a.text) for a in answers} == {
        (303, f"{PATH}/thanks", answers[0].text)
    }
    assert states(app) == ["accepted"]
    assert "already" in [mail for mail in mails(app) if mail["To"] == MAILBOX][-1]["Subject"]


def test_every_mistake_is_told_at_its_field_and_what_was_typed_stays(app, client):
    opened(app)
    wrong = {
        "given_name": "evil.com", "family_name": "", "email": "x", "country": "XX", "chamber": "999999",
        "office": "see evil.com", "party": "evil.com", "statement": "x\u202e", "prisoner": "nobody",
        "contact": "x" * 501, "consent": None, "publish": None,
    }  # fmt: skip
    answer = send(client, **wrong, photo=(io.BytesIO(b"GIF89a"), "x.gif"))
    assert answer.status_code == 422
    for name in wrong:
        assert f'id="{name}-error"' in answer.text
        assert f'href="#{name}"' in answer.text
    assert "Jaan the assistant" in answer.text
    assert "choose the photo once more" in answer.text
    assert states(app) == []


def test_a_photo_that_cannot_be_taken_stores_nothing(app, client):
    opened(app)
    answer = send(client, office="First minister", photo=(io.BytesIO(files.jpeg()[:2000]), "me.jpg"))
    assert answer.status_code == 422
    assert "damaged or cut off" in answer.text
    answer = client.post(PATH, data=bytes(9_000_000), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "photo is too large" in answer.text
    assert states(app) == []


def test_the_form_is_the_same_without_a_roster_entry_and_staff_may_write_another_office(app, client):
    opened(app)
    confirmed(app, client, chamber="other", office="First minister of a region", member="")
    with app.app_context():
        godparent, typed = only(app)
        assert (godparent.state, typed.office, typed.chamber_id) == (State.WAITING, "First minister of a region", None)


def test_the_page_names_who_needs_somebody_most_and_keeps_the_choice_of_the_prisoners_page(app, client):
    opened(app)
    answer = client.get(f"{PATH}?prisoner=marfa-rabkova")
    assert "Set-Cookie" not in answer.headers
    assert "public, max-age=" in answer.headers["Cache-Control"]
    assert 'value="marfa-rabkova" checked' in answer.text
    assert 'value="assign" checked' in client.get(PATH).text
    with app.app_context(), atomic() as session:
        session.execute(update(Prisoner).values(status=Status.RELEASED.value))
    freed = client.get(f"{PATH}?prisoner=marfa-rabkova&again=1")
    assert 'value="assign" checked' in freed.text
    assert send(client, chamber="other", office="x", prisoner="marfa-rabkova").status_code == 422


def test_where_nobody_is_looked_for_a_page_says_so(app, client):
    for answer in (client.get(PATH), client.post(PATH, data=FIELDS), client.get(f"{PATH}/thanks"),
                   client.get(f"{PATH}?campaign=%00"), client.get(f"{PATH}?prisoner=%00")):  # fmt: skip
        assert answer.status_code == 404
        assert "Nobody can sign up here now" in answer.text


def test_the_roster_is_searched_without_giving_away_an_address(app, client):
    picked = opened(app)
    answer = client.get("/godparents/members.json?q=tam")
    (found,) = answer.json["members"]
    assert (found["id"], found["chamber"], found["family_name"]) == (
        int(picked["member"]), "Parliament of Example", "Tamm",
    )  # fmt: skip
    assert "@" not in answer.text
    assert "max-age" in answer.headers["Cache-Control"]
    for nothing in ("q=t", "q=tam&chamber=999", "q=%00ta", "q=", ""):
        assert client.get(f"/godparents/members.json?{nothing}").json == {"members": []}


def test_typed_anew_before_it_was_confirmed_it_is_shown_again(app, client):
    opened(app)
    send(client, office="First minister")
    path = link(mails(app)[0])
    seen = hidden_fields(client.get(path).text)
    send(client, office="King of the castle")
    answer = client.post(path, data=seen)
    assert answer.status_code == 409
    assert "King of the castle" in answer.text
    assert states(app) == ["pending"]
    assert client.post(path, data=hidden_fields(answer.text)).status_code == 303


def test_this_wasnt_me_deletes_and_stops_further_mail(app, client):
    picked = opened(app)
    send(client, **picked)
    path = link(mails(app)[0])
    assert "Deleted" in client.post(f"{path}/not-me").text
    assert send(client, **picked).status_code == 303
    assert (states(app), mails(app)) == ([], [])
    assert "fill in the form once more" in client.get(path).text


def test_a_confirmed_one_is_not_undone_by_the_old_link_and_no_link_opens_another_page(app, client):
    picked = opened(app)
    confirmed(app, client, **picked)
    path = link(mails(app)[0])
    assert client.post(f"{path}/not-me").status_code == 404
    token = path.rsplit("/", 1)[1]
    assert client.get(f"/receipt/{token}").status_code == 404
    assert client.get(f"/confirm/o{token[1:]}").status_code == 404
    with app.app_context():
        own = app.extensions["campaign.vault"].issue("o", db.session.scalars(select(Godparent.uid)).one())
    assert client.get(f"/receipt/{own}").headers["Location"] == f"/godparents/own/{own}"
    assert client.get(f"/receipt/o{token[1:]}").status_code == 404


def test_another_sites_page_and_a_form_of_another_campaign_cannot_join(app, client):
    opened(app)
    fields = FIELDS | hidden_fields(client.get(PATH).text) | {"office": "x"}
    assert client.post(PATH, data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(PATH, data=fields | {"form_token": "x"}).status_code == 422
    assert client.post(PATH, data=fields | {"campaign": "no-such"}).status_code == 404
    assert states(app) == []


def test_many_sign_ups_from_one_network_are_asked_for_work(app, client):
    opened(app)
    kernel = app.extensions["campaign.kernel"]
    app.extensions["campaign.kernel"] = dataclasses.replace(kernel, limits=Full(enabled=True))
    answer = send(client, office="First minister")
    assert answer.status_code == 429
    assert "First minister" in answer.text
    assert "challenge" in json.dumps(answer.text)
    assert client.get("/godparents/members.json?q=tamm").status_code == 429
    assert states(app) == []


class Full(Limits):
    """Nobody may do anything more."""

    def hit(self, limit, client):
        return False


def test_nothing_of_a_sign_up_is_readable_in_the_database(app, client):
    opened(app)
    send(client, office="First minister", given_name="Zbigniew")
    with app.app_context():
        godparent, typed = only(app)
        assert typed.given_name == "Zbigniew"
        assert (godparent.given_name, godparent.office, godparent.country) == ("", "", "")
        assert b"Zbigniew" not in godparent.typed
