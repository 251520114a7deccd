"""Any order of what members, staff, impostors, organisers, prisons and parliaments may do: the promises are kept.

After every step: no pair stands twice, nobody unverified is public, limits and counts are right, history adds up, and
what was public is gone only where somebody hid, withheld or erased it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from campaign.chambers.signals import OfficeChange, announce
from campaign.db import atomic
from campaign.godparents import assigning, queries, service, standing
from campaign.godparents.acting import AlreadyGodparent, NoSeat, NotPossible, TooMany, Unknown
from campaign.godparents.models import Godparent, Godparenthood, Invitation, Notice, State, by_godparent
from campaign.godparents.turning import LETTERS
from campaign.kit import clock
from campaign.kit.randomness import random_bytes
from campaign.people import service as people_service
from campaign.prisoners import bulk, choosing
from campaign.prisoners import service as prisoners
from campaign.prisoners.models import Event, EventKind, Prisoner, campaign_prisoners
from tests.godparents import making
from tests.prisoners import people

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = "@parliament.example"
MEMBERS = {"Mari Tamm": "mari.tamm" + AT, "Jaan Kask": "jaan.kask" + AT, "Ene Ilves": "ene.ilves" + AT}
FORMS = [
    *MEMBERS.items(),
    ("Mari Tamm", "intern" + AT),
    ("Jaan Kask", "jaan@gmail.com"),
    ("Ott Minister", "ott@gov.example"),
]
LIMIT = 2
SMALLER = {"sqlite": (12, 40), "postgresql": (4, 30)}
REFUSED = (NoSeat, TooMany, NotPossible, Unknown, AlreadyGodparent)
ENDING = (EventKind.RELEASE, EventKind.EXILE, EventKind.DEATH)
some = st.integers(0, 5)


class Lifecycle(RuleBasedStateMachine):
    """All of it in one transaction, which is given up at the end."""

    def __init__(self, app):
        super().__init__()
        self.open, self.now = ExitStack(), NOON
        self.open.enter_context(clock.following(lambda: self.now))
        self.open.enter_context(app.app_context())
        self.session = self.open.enter_context(atomic())
        self.app, self.vault = app, app.extensions["campaign.vault"]
        self.session.execute(delete(campaign_prisoners))
        programme = making.programme(self.session, per_prisoner=LIMIT, per_godparent=LIMIT)
        self.programme, self.campaign_id = programme, programme.campaign_id
        self.chamber = making.chamber(self.session)
        self.members = [
            making.member(self.session, self.chamber, *name.split(), email=email).id for name, email in MEMBERS.items()
        ]
        self.prisoners = [
            people.make(self.session, self.vault, name, campaign_id=self.campaign_id)
            for name in ("Anna Example", "Vera Example", "Olga Example")
        ]
        self.batch = None
        self.public: set[int] = set()
        self.known: set[int] = set()
        self.spared: Counter[str] = Counter()  # places beyond a limit, for what was brought back
        self.may_vanish = False

    def teardown(self):
        self.session.rollback()
        self.open.close()

    # --- who and what there is ---------------------------------------------------------------------------------------

    @property
    def act(self):
        return making.acting(self.app, self.session, now=self.now)

    def godparents(self, *states):
        query = select(Godparent).where(Godparent.state.in_(states or list(State))).order_by(Godparent.id)
        return self.session.scalars(query).all()

    def pairs(self):
        return self.session.scalars(select(Godparenthood).order_by(Godparenthood.id)).all()

    def form(self, number, prisoner, **changes):
        name, email = FORMS[number]
        chamber = None if name.startswith("Ott") else self.chamber.id
        prisoner_id = self.prisoners[prisoner].id if prisoner < len(self.prisoners) else None
        return making.application(*name.split(), email, chamber_id=chamber, prisoner_id=prisoner_id, statement="Words",
                                  office="" if chamber else "Minister", **changes)  # fmt: skip

    @initialize(itself=st.booleans())
    def settle(self, itself):
        self.programme.releases_itself = itself
        self.session.flush()

    # --- joining -----------------------------------------------------------------------------------------------------

    @rule(number=some, prisoner=some)
    def join(self, number, prisoner):
        service.join(self.act, self.campaign_id, self.form(number, prisoner))

    @rule(number=some)
    def confirm(self, number):
        if there := self.godparents():
            with suppress(Unknown):
                service.confirm(self.act, there[number % len(there)].uid)

    @rule(number=some, prisoner=some)
    def come(self, number, prisoner):
        self.join(number, prisoner)
        for godparent in self.godparents(State.PENDING):
            service.confirm(self.act, godparent.uid)

    @rule(number=some)
    def refuse(self, number):
        if there := self.godparents():
            with suppress(Unknown):
                service.refuse(self.act, there[number % len(there)].uid)

    @rule(number=some, member=some, yes=st.booleans())
    def decide(self, number, member, yes):
        if not (there := self.godparents()):
            return
        godparent = there[number % len(there)]
        of = {"member_id": self.members[member], "chamber_id": self.chamber.id} if member < len(self.members) else {}
        with suppress(*REFUSED):
            if yes:
                service.accept(self.act, godparent, verified_by="organiser:1", **of)
            else:
                service.decline(self.act, godparent)

    @rule()
    def accept_all(self):
        for godparent in self.godparents(State.WAITING):
            service.accept(self.act, godparent, verified_by="organiser:1")

    # --- standing by -------------------------------------------------------------------------------------------------

    @rule(number=some, prisoner=some)
    def begin(self, number, prisoner):
        if there := self.godparents():
            chosen = self.prisoners[prisoner].id if prisoner < len(self.prisoners) else None
            with suppress(*REFUSED):
                standing.begin(self.act, there[number % len(there)], chosen)

    @rule()
    def assign_to_all_who_wait(self):
        for number in assigning.waiting(self.session):
            with suppress(TooMany):
                standing.begin(self.act, self.session.get(Godparent, number), None)

    @rule()
    def release_all(self):
        standing.release(self.act, self.pairs())

    @rule(number=some)
    def withhold(self, number):
        if there := self.godparents(State.ACCEPTED):
            standing.withhold(self.act, there[number % len(there)])
            self.may_vanish = True

    @rule(number=some, form=some)
    def hand_over(self, number, form):
        pairs = [pair for pair in self.pairs() if pair.active]
        if not pairs:
            return
        pair, taking = pairs[number % len(pairs)], self.form(form, 9)
        index = people_service.mailbox_index(self.vault, self.campaign_id, taking.canonical)
        invitation = Invitation(
            uid=random_bytes(16), campaign_id=self.campaign_id, mailbox_index=index, godparenthood_id=pair.id,
            state="sent", created_by=by_godparent(pair.godparent_id), created_at=self.now,
        )  # fmt: skip
        self.session.add(invitation)
        self.session.flush()
        try:
            service.join_by(self.act, invitation, taking)
        except REFUSED:
            assert pair.active
            self.session.delete(invitation)
            self.session.flush()

    @rule(number=some)
    def step_down(self, number):
        if pairs := self.pairs():
            standing.step_down(self.act, pairs[number % len(pairs)])

    @rule(number=some)
    def erase(self, number):
        if there := self.godparents():
            service.erase(self.act, there[number % len(there)])
            self.may_vanish = True

    # --- prisons and parliaments -------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 2), kind=st.sampled_from([*ENDING, EventKind.ARREST, EventKind.HOUSE_ARREST]))
    def happens(self, number, kind):
        new = people.happening(kind, self.now.date().isoformat())
        prisoners.add_event(self.session, self.vault, self.prisoners[number], new, people.act())

    @rule(number=st.integers(0, 2))
    def was_a_mistake(self, number):
        latest = select(Event).where(Event.prisoner_id == self.prisoners[number].id, Event.retracted_at.is_(None))
        if event := self.session.scalars(latest.where(Event.kind != "arrest").order_by(Event.id.desc())).first():
            with self.bringing_back():
                prisoners.retract_event(self.session, self.prisoners[number], event, "mistaken", people.act())

    @rule(kind=st.sampled_from(ENDING))
    def happens_to_all(self, kind):
        everybody = choosing.by_ids(self.session, [prisoner.id for prisoner in self.prisoners])
        new = people.happening(kind, self.now.date().isoformat())
        self.batch = bulk.apply(self.session, self.vault, everybody, new, people.act())

    @rule()
    def is_undone(self):
        if self.batch is not None and bulk.may_be_undone(self.batch, self.now):
            with self.bringing_back():
                bulk.undo(self.session, self.batch, people.act())

    def bringing_back(self):
        """Nothing that a mistake ended is lost to a limit."""
        ended = {pair.id for pair in self.pairs() if not pair.active}
        after = ExitStack()

        @after.callback
        def count():
            for pair in self.pairs():
                if pair.active and pair.id in ended:
                    self.spared.update([f"prisoner {pair.prisoner_id}", f"godparent {pair.godparent_id}"])

        return after

    @rule(number=st.integers(0, 2), leaves=st.booleans())
    def office(self, number, leaves):
        change = OfficeChange(self.members[number], self.now.date() if leaves else None)
        announce(self.session, (change,), self.now)

    @rule(number=st.integers(0, 2))
    def hide_or_show(self, number):
        prisoner = self.prisoners[number]
        (prisoners.show if prisoner.hidden else prisoners.hide)(self.session, prisoner, people.act())
        self.may_vanish = True

    @rule(minutes=st.sampled_from([20, 90, 3000]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    # --- what is always so -------------------------------------------------------------------------------------------

    @invariant()
    def no_pair_is_lost_and_each_says_why_it_ended(self):
        pairs = self.pairs()
        assert self.known <= {pair.id for pair in pairs}
        self.known = {pair.id for pair in pairs}
        for pair in pairs:
            assert (pair.seat is None) == (pair.ended_on is not None) == (pair.end_reason is not None)
            if pair.ended_on:
                assert pair.started_on <= pair.ended_on <= self.now.date()
            if pair.successor_id:
                successor = self.session.get(Godparenthood, pair.successor_id)
                assert successor.id > pair.id, "no chain comes back to where it began"
                assert (pair.end_reason, successor.how) == ("handed_over", "handed_over")
                assert (successor.started_on, successor.prisoner_id) == (pair.ended_on, pair.prisoner_id)
                assert successor.godparent_id != pair.godparent_id

    @invariant()
    def nobody_stands_twice_and_limits_are_kept(self):
        active = [pair for pair in self.pairs() if pair.active]
        assert len({(pair.godparent_id, pair.prisoner_id) for pair in active}) == len(active)
        assert len({(pair.prisoner_id, pair.seat) for pair in active}) == len(active)
        for pair in active:
            assert pair.prisoner.status in assigning.STOOD_BY
            assert pair.godparent.state == State.ACCEPTED
        numbers = Counter(f"prisoner {pair.prisoner_id}" for pair in active)
        numbers.update(f"godparent {pair.godparent_id}" for pair in active)
        for name, number in numbers.items():
            assert number <= LIMIT + self.spared[name], name

    @invariant()
    def nobody_unverified_is_public_or_can_be_read_in_clear(self):
        for godparent in self.godparents():
            if godparent.state == State.ACCEPTED:
                assert godparent.confirmed_at
                assert godparent.verified_by in ("mailbox", "organiser:1")
                if godparent.verified_by == "mailbox":
                    email = people_service.email_of(self.session.connection(), self.vault, godparent.person_id)[0]
                    assert email == MEMBERS[f"{godparent.given_name} {godparent.family_name}"]
                continue
            assert not godparent.public
            assert (godparent.family_name, godparent.slug, godparent.member_id, godparent.chamber_id) == (
                "",
                None,
                None,
                None,
            )
            assert standing.active_pairs(self.session, godparent.id) == []
        members = [godparent.member_id for godparent in self.godparents(State.ACCEPTED) if godparent.member_id]
        assert len(set(members)) == len(members)

    @invariant()
    def what_was_public_stays_so_and_is_counted(self):
        joined = select(Godparenthood).join(Godparent).join(Prisoner, Prisoner.id == Godparenthood.prisoner_id)
        public = self.session.scalars(joined.where(queries.PUBLIC_PAIR)).all()
        gone = self.public - {pair.id for pair in public}
        assert not gone or self.may_vanish
        self.public, self.may_vanish = {pair.id for pair in public}, False
        for prisoner in self.prisoners:
            self.session.refresh(prisoner)
            if not prisoner.hidden:
                assert prisoner.godparents == sum(pair.active for pair in public if pair.prisoner_id == prisoner.id)

    @invariant()
    def letters_that_wait_tell_what_is_so(self):
        ended = {pair.uid.hex(): pair.end_reason for pair in self.pairs() if not pair.active}
        for notice in self.session.scalars(select(Notice).where(Notice.kind.in_(LETTERS), Notice.sent_at.is_(None))):
            assert ended[notice.about] == notice.kind


def run(app, examples, steps):
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


def test_in_any_order_every_promise_is_kept(app):
    run(app, *SMALLER[app.extensions["campaign.store"].engine.dialect.name])


@pytest.mark.drill
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_very_many_orders_every_promise_is_kept(app):
    run(app, 150, 60)
