"""The own page of a godparent, with a browser on it."""

from html import unescape

from campaign.db import atomic, db
from campaign.godparents import standing
from campaign.godparents.acting import OWN
from tests.browsing import hidden_fields
from tests.godparents import making

WORDS = "I ask for her release."


class Page:
    """That of Mari Tamm, who stands by Anna Example and may stand by three; Berta Example is free."""

    def __init__(self, app, client, *, released=True):
        self.app, self.client = app, client
        with app.app_context(), atomic() as session:
            campaign_id = making.programme(session, per_prisoner=1).campaign_id
            anna = making.prisoner(session, "Anna Example", campaign_id=campaign_id, since="2019-01-31")
            making.prisoner(session, "Berta Example", campaign_id=campaign_id, since="2019-02-01")
            act = making.acting(app, session)
            form = making.application(prisoner_id=anna.id, statement=WORDS, contact="Jaan, +372 600")
            godparent = making.accepted(act, campaign_id, form)
            (pair,) = standing.active_pairs(session, godparent.id)
            if released:
                standing.release(act, [pair])
            self.id, self.uid, self.pair = godparent.id, godparent.uid, pair.id
        self.path = f"/godparents/own/{app.extensions['campaign.vault'].issue(OWN, self.uid)}"

    def get(self, path="", status=200):
        answer = self.client.get(self.path + path)
        assert answer.status_code == status
        return answer

    def text(self, path=""):
        return unescape(self.get(path).text)

    def post(self, path, status=303, **fields):
        """Press a button as the page has it; the page that comes next."""
        token = {"form_token": hidden_fields(self.get().text)["form_token"]}
        answer = self.client.post(self.path + path, data=token | fields, content_type="multipart/form-data")
        assert answer.status_code == status, answer.text
        shown = self.client.get(answer.location) if status == 303 else answer
        return unescape(shown.text)

    def one(self, what):
        with self.app.app_context():
            return db.session.scalars(what).one()
