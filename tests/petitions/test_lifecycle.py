"""Any order of what signers, strangers, organisers' jobs and the clock may do: the books always agree with a model.

The model knows no database: per petition and mailbox it keeps pending or confirmed, per mailbox whether it refused,
and how many took their signature back. After every step the tables are compared with it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, select, text

from campaign.campaigns.models import Campaign
from campaign.db import atomic, gather
from campaign.db.base import table_of
from campaign.kit import addresses, clock
from campaign.people import service as people
from campaign.petitions import jobs, service
from campaign.petitions.models import Petition, PetitionText
from campaign.petitions.service import Choices, Unknown
from campaign.petitions.signing import prepare, sign_together
from tests.factories import SLUG, Signing, submission, target

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TYPED = ("jo@example.org", "Jo+news@EXAMPLE.org", "j.o.e@gmail.com", "joe@googlemail.com", "maria@example.net")
PETITIONS = (SLUG, "second")
BOOKS = ("messages", "consents", "signatures", "persons", "refusals", "tally", "country_counts")
PERSONAL = ("person_id", "given_name", "family_name", "postal_code", "comment", "country")
SMALLER = {"sqlite": (14, 25), "postgresql": (6, 20)}


@dataclass
class Signed:
    """What the model knows of one living signature; `address` is the one that made it."""

    uid: bytes
    address: str
    given_name: str
    created_at: datetime
    mails: int = 1
    reminders: int = 0
    confirmed: bool = False


def forms():
    return st.builds(
        lambda email, **rest: submission(email, canonical=addresses.parse(email).canonical, **rest),
        st.sampled_from(TYPED),
        given_name=st.sampled_from(("Jo", "Мария", "O'Neill")),
        country=st.sampled_from(("DE", "FR")),
        show_name=st.booleans(),
        deliver_name=st.booleans(),
        updates=st.booleans(),
    )


class Lifecycle(RuleBasedStateMachine):
    """Each rule does one thing to the real service and the same to the model."""

    def __init__(self, app):
        super().__init__()
        self.app, self.signing = app, Signing(app)
        self.signing.now = NOON
        self.targets = _emptied(app)
        self.living: dict[tuple[str, str], Signed] = {}
        self.refused: set[tuple[str, str]] = set()
        self.gone: list[bytes] = []  # uids that lead to nothing any more
        self.withdrawn: set[bytes] = set()

    # --- what may happen -------------------------------------------------------------------------

    @rule(slug=st.sampled_from(PETITIONS), form=forms())
    def sign(self, slug, form):
        before = self.row(slug, form.canonical)
        uid = self.signing.act(service.sign, self.targets[slug], form)
        self.signed(slug, form, uid, before)

    @rule(batch=st.lists(st.tuples(st.sampled_from(PETITIONS), forms()), min_size=1, max_size=4))
    def sign_with_others(self, batch):
        """The way of many at once; whoever is in it twice signs again."""
        extensions = self.app.extensions
        vault, mails = extensions["campaign.vault"], extensions["campaign.petition_mails"]
        keys = [(slug, form.canonical) for slug, form in batch]
        before = {key: self.row(*key) for key in keys}
        with self.app.app_context():
            prepared = [prepare(vault, mails, self.targets[slug], form, self.signing.now) for slug, form in batch]
            gather(lambda connection: sign_together(connection, prepared))
        for slug, form in batch:
            key = slug, form.canonical
            confirmed = key in self.living and self.living[key].confirmed
            self.signed(slug, form, self.uid_of(slug, form), self.row(*key) | before[key] if confirmed else None)

    @rule(slug=st.sampled_from(PETITIONS), form=forms())
    def insist(self, slug, form):
        for _ in range(6):
            self.sign(slug, form)

    def uid_of(self, slug, form):
        """As it stands in the database; None where there is no living signature."""
        target, vault = self.targets[slug], self.app.extensions["campaign.vault"]
        found = self.signing.rows(
            "SELECT s.uid FROM signatures s WHERE s.mailbox_index = :i AND s.petition_id = :p",
            i=people.mailbox_index(vault, target.campaign_id, form.canonical), p=target.petition_id,
        )  # fmt: skip
        return bytes(found[0].uid) if found else None

    def signed(self, slug, form, uid, before):
        """Tell the model."""
        key = slug, form.canonical
        known = self.living.get(key)
        if key in self.refused:
            assert uid is None
        elif known is None:
            self.living[key] = Signed(uid, form.email.lower(), form.given_name, self.signing.now)
        else:
            assert uid == known.uid
            self.sign_again(known, form, before, self.row(slug, form.canonical))

    def sign_again(self, known, form, before, after):
        if known.confirmed:
            assert before | {"mails": 0} == after | {"mails": 0}, "a sign changed what a confirmed signature says"
            known.mails = min(known.mails + 1, service.MOST_MAILS)
        elif known.mails < service.MOST_MAILS - 1:
            known.mails += 1
            if known.address == form.email.lower():
                known.given_name, known.created_at = form.given_name, self.signing.now

    def address_of(self, known):
        """Where mail about a living signature goes."""
        (person,) = self.signing.rows(
            "SELECT p.uid, p.email FROM persons p JOIN signatures s ON s.person_id = p.id WHERE s.uid = :uid",
            uid=known.uid,
        )
        return self.app.extensions["campaign.vault"].open(people.EMAIL, bytes(person.uid), bytes(person.email))

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def confirm(self, data):
        _, known = self.pick(data)
        assert self.signing.act(service.confirm, known.uid) is not known.confirmed
        known.mails += not known.confirmed
        known.confirmed = True

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def withdraw(self, data):
        key, known = self.pick(data)
        if not known.confirmed:
            assert self.is_unknown(service.withdraw, known.uid)
            return
        for _twice in range(2):
            self.signing.act(service.withdraw, known.uid)
        self.end(key)

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def refuse(self, data):
        key, known = self.pick(data)
        self.signing.act(service.refuse, known.uid)
        self.refused.add(key)
        self.end(key)

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def erase(self, data):
        _, known = self.pick(data)
        self.signing.act(service.erase, known.uid)
        for key in [key for key, other in self.living.items() if other.address == known.address]:
            self.end(key)

    @precondition(lambda self: self.living)
    @rule(data=st.data(), wanted=st.builds(Choices, st.booleans(), st.booleans(), st.booleans()))
    def choose(self, data, wanted):
        (slug, mailbox), known = self.pick(data)
        if not known.confirmed:
            assert self.is_unknown(service.choose, known.uid, wanted)
            return
        self.signing.act(service.choose, known.uid, wanted)
        row = self.row(slug, mailbox)
        assert (row["show_name"], row["deliver_name"], row["updates"]) == (
            wanted.show_name, wanted.deliver_name, wanted.updates,
        )  # fmt: skip

    @precondition(lambda self: self.gone)
    @rule(data=st.data(), verb=st.sampled_from((service.confirm, service.refuse)))
    def follow_a_dead_link(self, data, verb):
        assert self.is_unknown(verb, data.draw(st.sampled_from(self.gone)))

    @rule(hours=st.sampled_from((0, 1, 25, 24 * 4, 24 * 15)))
    def wait(self, hours):
        self.signing.now += timedelta(hours=hours)

    @rule()
    def remind_and_purge(self):
        self.job(jobs.remind_and_purge)
        now = self.signing.now
        for key, known in [item for item in self.living.items() if not item[1].confirmed]:
            days = (now - known.created_at) / timedelta(days=1)
            due = (days >= 1) + (days >= 4)
            if days >= 14:
                self.end(key)
            elif due > known.reminders and known.mails < service.MOST_MAILS - 1:
                known.reminders, known.mails = due, known.mails + 1

    @rule()
    def count(self):
        self.job(jobs.count)
        assert self.signing.one("SELECT count(*) FROM tally") == 0

    @rule()
    def recount(self):
        before = self.signing.one("SELECT count(*) FROM audit_entries")
        self.job(jobs.recount)
        assert self.signing.one("SELECT count(*) FROM audit_entries") == before, "an alarm without a fault"

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def the_count_and_what_waits_make_the_confirmed_rows(self):
        expected = Counter(slug for (slug, _), known in self.living.items() if known.confirmed)
        for slug in PETITIONS:
            number = self.targets[slug].petition_id
            counted, waiting, rows, countries = self.signing.rows(
                "SELECT confirmed_count, (SELECT coalesce(sum(change), 0) FROM tally WHERE petition_id = :p), "
                "(SELECT count(*) FROM signatures WHERE petition_id = :p AND status = 'confirmed'), "
                "(SELECT coalesce(sum(confirmed), 0) FROM country_counts WHERE petition_id = :p) "
                "FROM petitions WHERE id = :p",
                p=number,
            )[0]
            assert counted + waiting == rows == expected[slug]
            assert countries == counted

    @invariant()
    def the_rows_are_those_of_the_model(self):
        rows = self.signing.rows("SELECT uid, status, mails, reminders FROM signatures WHERE status <> 'withdrawn'")
        expected = {
            (known.uid, "confirmed" if known.confirmed else "pending", known.mails, known.reminders)
            for known in self.living.values()
        }
        assert {(bytes(row[0]), *row[1:]) for row in rows} == expected
        vault = self.app.extensions["campaign.vault"]
        for (slug, mailbox), known in self.living.items():
            row = self.row(slug, mailbox)
            assert vault.open("signatures.given_name", known.uid, bytes(row["given_name"])) == known.given_name

    @invariant()
    def a_withdrawn_row_holds_nothing_personal(self):
        rows = self.signing.rows("SELECT * FROM signatures WHERE status = 'withdrawn'")
        assert {bytes(row.uid) for row in rows} == self.withdrawn
        for row in rows:
            assert [row._mapping[name] for name in PERSONAL] == [None] * len(PERSONAL)
            assert not any((row.show_name, row.deliver_name, row.updates))

    @invariant()
    def nobody_and_nothing_is_kept_without_a_signature(self):
        orphans = (
            "SELECT count(*) FROM persons WHERE NOT EXISTS (SELECT 1 FROM signatures s WHERE s.person_id = persons.id)",
            """SELECT count(*) FROM consents WHERE NOT EXISTS (SELECT 1 FROM signatures s
            WHERE s.uid = consents.origin AND s.person_id = consents.person_id)""",
            """SELECT count(*) FROM messages WHERE content IS NOT NULL AND NOT EXISTS (SELECT 1 FROM signatures s
            WHERE s.uid = messages.topic AND s.person_id IS NOT NULL)""",
        )
        assert [self.signing.one(query) for query in orphans] == [0, 0, 0]
        addresses_known = {known.address for known in self.living.values()}
        assert self.signing.one("SELECT count(*) FROM persons") == len(addresses_known)

    @invariant()
    def mail_about_a_signature_goes_to_the_address_that_made_it(self):
        assert all(self.address_of(known).lower() == known.address for known in self.living.values())

    @invariant()
    def at_most_five_mails_go_out_about_one_signature(self):
        sent = self.signing.rows("SELECT topic, count(*) FROM messages WHERE state <> 'withheld' GROUP BY topic")
        assert {bytes(topic): number for topic, number in sent} == {
            known.uid: known.mails for known in self.living.values()
        }
        assert max((number for _, number in sent), default=0) <= service.MOST_MAILS

    @invariant()
    def every_choice_rests_on_a_consent(self):
        query = "SELECT origin, purpose FROM consents WHERE withdrawn_at IS NULL"
        given = {(bytes(row.origin), row.purpose) for row in self.signing.rows(query)}
        for slug, mailbox in self.living:
            row = self.row(slug, mailbox)
            chosen = {name for name in ("show_name", "deliver_name", "updates") if row[name]}
            assert {purpose for origin, purpose in given if origin == row["uid"]} == {"sign"} | chosen

    # --- how ---------------------------------------------------------------------------------------

    def pick(self, data):
        key = data.draw(st.sampled_from(sorted(self.living)))
        return key, self.living[key]

    def end(self, key):
        ended = self.living.pop(key)
        self.gone.append(ended.uid)
        if ended.confirmed:
            self.withdrawn.add(ended.uid)

    def is_unknown(self, verb, uid, *rest):
        try:
            self.signing.act(verb, uid, *rest)
        except Unknown:
            return True
        return False

    def job(self, run):
        with clock.following(lambda: self.signing.now), self.app.app_context():
            run()

    def row(self, slug, mailbox):
        known = self.living.get((slug, mailbox))
        if known is None:
            return None
        (row,) = self.signing.rows("SELECT * FROM signatures WHERE uid = :uid", uid=known.uid)
        return {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row._mapping.items()}


def _emptied(app):
    """Both petitions without a trace of anybody."""
    with app.app_context(), atomic() as session:
        connection = session.connection()
        for table in BOOKS:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names from the top of this file
        connection.execute(delete(PetitionText).where(PetitionText.title == "second"))
        connection.execute(delete(Petition).where(Petition.slug == "second"))
        connection.execute(text("UPDATE petitions SET confirmed_count = 0"))
        campaign = connection.execute(select(Campaign.id)).scalar_one()
        petition = {"campaign_id": campaign, "slug": "second", "goal": 10, "published": "published"}
        moments = {"counted_at": NOON, "created_at": NOON}
        number = connection.execute(insert(table_of(Petition)), petition | moments).inserted_primary_key[0]
        words = {"petition_id": number, "language": "en", "version": 1, "title": "second", "body": "x", "sha256": "x"}
        connection.execute(insert(table_of(PetitionText)), words | {"created_at": NOON})
        return {slug: target(connection, slug) for slug in PETITIONS}


def test_in_any_order_the_books_agree_and_nobody_is_kept_too_long(app):
    examples, steps = SMALLER[app.extensions["campaign.store"].engine.dialect.name]
    run_state_machine_as_test(
        lambda: Lifecycle(app),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),  # shrinking would take minutes; the steps are printed as they are
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_two_addresses_of_one_mailbox_are_one_in_the_model():
    assert len({addresses.parse(typed).canonical for typed in TYPED}) == 3
