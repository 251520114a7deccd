"""What follows from a log, over all logs there can be; and the lives that were hard to get right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.life import ENDS, Happened, Life, days_in_detention, derive
from campaign.prisoners.models import EventKind, Status

TODAY = date(2025, 12, 31)
DETAILS = {
    EventKind.TRANSFER: [{}, {"facility": 1}, {"facility": 2}],
    EventKind.ARREST: [{}, {"facility": 3}],
    EventKind.CHARGE: [{"articles": [{"code": "342", "text": "Art. 342"}]}],
    EventKind.VERDICT: [
        {},
        {"sentence": {"kind": "prison", "text": "four years", "start": "2021-03"}},
        {"sentence": {"kind": "suspended", "text": "two years"}},
        {"sentence": {"kind": "house_arrest", "text": "three years"}},
    ],
}


@st.composite
def partial_dates(draw) -> PartialDate:
    day = draw(st.dates(date(2019, 1, 1), TODAY))
    precision = draw(st.integers(1, 3))
    return PartialDate(day.year, day.month if precision > 1 else None, day.day if precision > 2 else None)


@st.composite
def logs(draw) -> list[Happened]:
    """Logs in which no two events could stand for each other: kind and day tell them apart."""
    kinds_and_days = draw(
        st.lists(
            st.tuples(st.sampled_from(list(EventKind)), st.none() | partial_dates()),
            max_size=8,
            unique_by=lambda pair: (pair[0], place(pair[0], pair[1])),
        )
    )
    return [
        Happened(kind, day, date(2025, 12, 1), number, draw(st.sampled_from(DETAILS.get(kind, [{}]))))
        for number, (kind, day) in enumerate(kinds_and_days)
    ]


def place(kind: EventKind, day: PartialDate | None) -> date:
    """The day an event counts from."""
    if day is None:
        return date(2025, 12, 1)
    return day.last if kind in ENDS else day.first


def in_order(log: list[Happened]) -> list[Happened]:
    rank = {kind: number for number, kind in enumerate(EventKind)}
    return sorted(log, key=lambda event: (place(event.kind, event.day), rank[event.kind], event.order))


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_were_typed_never_matters(log, random):
    shuffled = list(log)
    random.shuffle(shuffled)
    renumbered = [
        Happened(event.kind, event.day, event.told, number, event.details) for number, event in enumerate(shuffled)
    ]
    assert derive(log) == derive(shuffled) == derive(renumbered)


@given(logs())
def test_the_status_is_that_of_the_latest_event_that_ends_or_begins_custody(log):
    begins = {EventKind.ARREST: Status.DETAINED, EventKind.HOUSE_ARREST: Status.HOUSE_ARREST}
    expected, sentenced = Status.UNKNOWN, False
    for event in in_order(log):
        if expected is Status.DECEASED:
            break
        expected = (ENDS | begins).get(event.kind, expected)
        if event.kind is EventKind.TRANSFER and expected in {Status.UNKNOWN, Status.DISAPPEARED}:
            expected = Status.CONVICTED if sentenced else Status.DETAINED
        if event.details.get("sentence"):
            sentenced = event.details["sentence"]["kind"] != "suspended"
        if event.kind is EventKind.VERDICT and expected not in set(ENDS.values()):
            kind = event.details.get("sentence", {}).get("kind")
            expected = {"suspended": Status.RELEASED, "house_arrest": Status.HOUSE_ARREST}.get(kind, Status.CONVICTED)
    assert derive(log).status is expected


@given(logs(), st.data())
def test_what_is_taken_back_might_never_have_been_typed(log, data):
    if log:
        gone = data.draw(st.sampled_from(log))
        with_it_and_without = [event for event in [*log, gone] if event != gone]
        assert derive(with_it_and_without) == derive([event for event in log if event is not gone])


@given(logs(), st.integers(0, 4000))
def test_days_are_never_negative_and_only_grow_with_time(log, later):
    periods = derive(log).periods
    now = days_in_detention(periods, TODAY)
    then = days_in_detention(periods, TODAY + timedelta(days=later))
    assert (now is None) == (then is None)
    if now is not None and then is not None:
        assert 0 <= now.count <= then.count
        assert then.count - now.count <= later * len(periods)


@given(logs())
def test_only_the_last_time_in_detention_can_still_go_on_and_only_in_custody(log):
    life = derive(log)
    assert all(not period.open for period in life.periods[:-1])
    if life.status in ENDS.values():
        assert life.detained_since is None
        assert life.facility_id is None


@given(logs())
def test_after_death_nothing_happens(log):
    dead = [*log, Happened(EventKind.DEATH, PartialDate(2018), date(2025, 12, 1), 99)]
    life = derive(dead)
    assert (life.status, life.died, life.periods) == (Status.DECEASED, PartialDate(2018), [])


# --- lives ---------------------------------------------------------------------------------------------------------


def told(kind: str, day: str | None = None, **details) -> Happened:
    return Happened(EventKind(kind), PartialDate.parse_optional(day), date(2024, 6, 1), details=details)


def days(life: Life) -> tuple[int, bool]:
    found = days_in_detention(life.periods, date(2024, 6, 1))
    assert found is not None
    return found.count, found.at_least


def test_released_and_arrested_again_both_times_count():
    life = derive(
        [told("arrest", "2020-08-10"), told("release", "2020-08-20"), told("arrest", "2024-05-02"), told("charge")]
    )
    assert (life.status, str(life.detained_since)) == (Status.DETAINED, "2024-05-02")
    assert days(life) == (10 + 30, False)


def test_a_suspended_sentence_lets_somebody_go():
    sentence = {"kind": "suspended", "text": "two years, suspended"}
    life = derive([told("arrest", "2021-01-05"), told("verdict", "2021-04-05", sentence=sentence)])
    assert (life.status, life.facility_id, life.sentence) == (Status.RELEASED, None, sentence)
    assert days(life) == (90, False)


def test_a_verdict_in_absence_brings_nobody_back():
    sentence = {"kind": "prison", "text": "ten years"}
    life = derive(
        [told("arrest", "2020-09-01"), told("exile", "2020-09-05"), told("verdict", "2023-01-01", sentence=sentence)]
    )
    assert (life.status, life.sentence) == (Status.EXILED, sentence)
    assert life.detained_since is None


def test_death_in_custody_ends_the_counting():
    life = derive([told("arrest", "2021-05-01"), told("transfer", "2021-06", facility=4), told("death", "2021-05-21")])
    assert (life.status, str(life.died), life.facility_id) == (Status.DECEASED, "2021-05-21", None)
    assert days(life) == (20, False)


def test_arrested_in_a_month_and_released_in_the_same_year_is_not_read_backwards():
    life = derive([told("release", "2020"), told("arrest", "2020-10")])
    assert life.status is Status.RELEASED
    assert days_in_detention(life.periods, TODAY).at_least


@pytest.mark.parametrize(
    ("start", "count"), [("2024-05-02", (30, False)), ("2024-05", (1, True)), ("2023", (153, True))]
)
def test_what_is_not_known_to_the_day_counts_from_its_latest(start, count):
    assert days(derive([told("arrest", start)])) == count


def test_whoever_is_moved_without_a_known_arrest_is_held_since_nobody_knows_when():
    life = derive([told("transfer", "2023-02-01", facility=7)])
    assert (life.status, life.facility_id, life.detained_since) == (Status.DETAINED, 7, None)
    assert days_in_detention(life.periods, TODAY) is None


def test_whoever_disappeared_and_is_moved_is_held_again_and_whoever_is_free_is_not():
    gone = [told("arrest", "2022-01-01"), told("disappearance", "2023-02-01")]
    found = derive([*gone, told("transfer", "2024-01-01", facility=7)])
    assert (found.status, found.facility_id, len(found.periods)) == (Status.DETAINED, 7, 2)
    free = derive(
        [told("arrest", "2022-01-01"), told("release", "2023-02-01"), told("transfer", "2024-01-01", facility=7)]
    )
    assert (free.status, free.facility_id) == (Status.RELEASED, None)


def test_an_appeal_changes_the_sentence_and_nothing_else():
    longer = {"kind": "prison", "text": "five years"}
    shorter = {"kind": "prison", "text": "four years"}
    log = [told("arrest", "2021-01-01"), told("verdict", "2021-06-01", sentence=longer)]
    life = derive([*log, told("appeal", "2021-09-01", sentence=shorter)])
    assert (life.status, life.sentence, str(life.since)) == (Status.CONVICTED, shorter, "2021-06-01")
    assert derive([*log, told("appeal", "2021-09-01")]).sentence == longer


def test_nothing_told_is_nothing_known():
    assert derive([]) == Life()
