from datetime import timedelta

import pytest
from sqlalchemy import text

from campaign.kit import tokens
from campaign.mailing import service
from campaign.mailing.service import LEASE

ME, OTHER = b"m" * 16, b"o" * 16
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def claim(outbox, now, limit=10, claim_id=ME):
    with outbox.transaction() as connection:
        return service.claim(connection, now=now, claim_id=claim_id, limit=limit)


def settle(outbox, outcomes, now, claim_id=ME):
    with outbox.transaction() as connection:
        service.settle(connection, outbox.vault, claim_id, outcomes, now)


def opened(outbox, messages):
    return [outbox.vault.open(service.ENVELOPE, message.uid, message.envelope) for message in messages]


def test_the_longest_due_mail_is_claimed_first(outbox, noon):
    outbox.put("b@x.org", now=noon)
    outbox.put("a@x.org", now=noon - MINUTE)
    outbox.put("c@x.org", now=noon + MINUTE)
    assert opened(outbox, claim(outbox, noon)) == ["a@x.org", "b@x.org"]


def test_a_claimed_mail_is_nobody_elses_until_the_lease_is_over(outbox, noon):
    outbox.put("a@x.org", now=noon)
    assert len(claim(outbox, noon)) == 1
    assert claim(outbox, noon + LEASE - timedelta(seconds=1), claim_id=OTHER) == []
    assert len(claim(outbox, noon + LEASE, claim_id=OTHER)) == 1


def test_what_was_claimed_by_another_meanwhile_is_not_settled_released_or_renewed(outbox, noon):
    outbox.put("a@x.org", now=noon)
    mine = claim(outbox, noon)
    claim(outbox, noon + LEASE, claim_id=OTHER)
    settle(outbox, [service.sent(mine[0])], noon + LEASE)
    with outbox.transaction() as connection:
        service.release(connection, ME, mine)
        assert service.renew(connection, ME, [mine[0].id], noon + LEASE) == set()
    assert outbox.rows()[0].state == "sending"
    assert outbox.rows()[0].claim == OTHER


def test_a_renewed_claim_lasts_longer(outbox, noon):
    outbox.put("a@x.org", now=noon)
    message = claim(outbox, noon)[0]
    with outbox.transaction() as connection:
        assert service.renew(connection, ME, [message.id], noon + LEASE / 2) == {message.id}
    assert claim(outbox, noon + LEASE, claim_id=OTHER) == []


def test_a_sent_mail_keeps_neither_address_nor_content(outbox, noon):
    outbox.put("a@x.org", now=noon)
    settle(outbox, [service.sent(claim(outbox, noon)[0])], noon)
    row = outbox.rows()[0]
    assert (row.state, row.envelope, row.content, row.claim, row.attempts) == ("sent", None, None, None, 1)
    assert row.finished_at is not None


def test_a_deferred_mail_comes_back_later_and_later(outbox, noon):
    outbox.put("a@x.org", now=noon)
    moment, pauses = noon, []
    for attempt in range(1, 7):
        outcome = service.deferred(claim(outbox, moment)[0], "450 later", moment)
        settle(outbox, [outcome], moment)
        row = outbox.rows()[0]
        assert (row.state, row.attempts, outbox.answer(row)) == ("deferred", attempt, "450 later")
        assert claim(outbox, outcome.due_at - timedelta(seconds=1)) == []
        pauses.append((outcome.due_at - moment) / MINUTE)
        moment = outcome.due_at
    for pause, expected in zip(pauses, [1, 5, 15, 60, 240, 240], strict=True):
        assert pause == pytest.approx(expected, rel=0.2)


def test_a_mail_is_given_up_when_it_is_three_days_old(outbox, noon):
    outbox.put("a@x.org", now=noon)
    for later in (1, 2, 4):
        settle(outbox, [service.deferred(claim(outbox, noon + later * DAY)[0], "450 later", noon + later * DAY)], noon)
    assert outbox.states() == ["failed"]


def test_a_mail_that_waited_days_for_a_worker_is_not_given_up_at_its_first_refusal(outbox, noon):
    outbox.put("a@x.org", now=noon)
    settle(outbox, [service.deferred(claim(outbox, noon + 9 * DAY)[0], "450 later", noon + 9 * DAY)], noon)
    assert outbox.states() == ["deferred"]


def test_a_postponed_mail_has_used_up_no_attempt_however_old_it_is(outbox, noon):
    outbox.put("a@x.org", now=noon)
    message = claim(outbox, noon + 9 * DAY)[0]
    settle(outbox, [service.postponed(message, "no route", noon + 10 * DAY)], noon + 9 * DAY)
    row = outbox.rows()[0]
    assert (row.state, row.attempts, row.due_at) == ("deferred", 0, noon + 10 * DAY)


def test_a_released_mail_is_as_it_was(outbox, noon):
    outbox.put("a@x.org", now=noon)
    before = outbox.rows()[0]
    messages = claim(outbox, noon + MINUTE)
    with outbox.transaction() as connection:
        service.release(connection, ME, messages)
    assert outbox.rows()[0] == before


def test_a_withheld_mail_is_never_claimed(outbox, noon):
    outbox.put("a@x.org", now=noon, withheld=True)
    assert claim(outbox, noon + 9 * DAY) == []
    assert outbox.rows()[0].envelope is None


def test_cancelling_a_topic_leaves_no_address_of_it(outbox, noon):
    mine, other = tokens.new_uid(), tokens.new_uid()
    outbox.put("sent@x.org", "failed@x.org", "deferred@x.org", "sending@x.org", "queued@x.org", now=noon, topic=mine)
    outbox.put("withheld@x.org", now=noon, topic=mine, withheld=True)
    outbox.put("other@x.org", now=noon, topic=other)
    messages = claim(outbox, noon, limit=4)
    outcomes = [
        service.sent(messages[0]),
        service.failed(messages[1], "550 no"),
        service.deferred(messages[2], "450 no", noon),
    ]
    settle(outbox, outcomes, noon)
    with outbox.transaction() as connection:
        assert service.cancel(connection, mine) == 5
    assert [(row.topic, row.state, row.envelope is None) for row in outbox.rows()] == [
        (mine, "sent", True),
        (other, "queued", False),
    ]


def test_purging_takes_content_after_a_week_and_rows_after_a_month(outbox, noon):
    outbox.put("sent@x.org", "failed@x.org", "queued@x.org", now=noon)
    outbox.put("withheld@x.org", now=noon, withheld=True)
    first, second, _ = claim(outbox, noon)
    settle(outbox, [service.sent(first), service.failed(second, "550 <failed@x.org> no")], noon)

    def purged(days):
        with outbox.transaction() as connection:
            touched = service.purge(connection, now=noon + timedelta(days=days))
        return touched, [(row.state, row.envelope is not None, row.answer is not None) for row in outbox.rows()]

    assert purged(1) == (0, [("sent", 0, 0), ("failed", 1, 1), ("sending", 1, 0), ("withheld", 0, 0)])
    assert purged(8) == (1, [("sent", 0, 0), ("failed", 0, 0), ("sending", 1, 0), ("withheld", 0, 0)])
    assert purged(31) == (3, [("sending", 1, 0)])
    assert purged(32)[0] == 0


def test_purging_goes_in_rounds(outbox, noon):
    outbox.put(*(f"{n}@x.org" for n in range(5)), now=noon, withheld=True)
    with outbox.transaction() as connection:
        rounds = [service.purge(connection, now=noon + 31 * DAY, limit=2) for _ in range(4)]
    assert rounds == [2, 2, 1, 0]


def test_nothing_personal_lies_in_clear(embedded, noon):
    embedded.put("secret.person@x.org", now=noon)
    message = claim(embedded, noon)[0]
    settle(embedded, [service.failed(message, "550 <secret.person@x.org> unknown")], noon)
    embedded.engine.dispose()
    files = embedded.keys.parent.glob("campaign.db*")
    assert not any(b"secret" in file.read_bytes() for file in files)


def test_finding_what_is_due_does_not_read_the_sent_ones(outbox):
    with outbox.engine.connect() as connection:
        given = {"now": "2026-01-01", "most": 10}
        statement = (
            "SELECT id FROM messages WHERE state IN ('queued', 'sending', 'deferred') AND due_at <= '2026-01-01' "
            "ORDER BY due_at, id LIMIT 10"
        )
        compiled = str(service._DUE.compile(dialect=connection.dialect))
        assert "state IN ('queued', 'sending', 'deferred')" in compiled, given
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.execute(text("EXPLAIN " + statement)).scalars().all()
        else:
            plan = [row[3] for row in connection.execute(text("EXPLAIN QUERY PLAN " + statement))]
    assert "ix_messages_due" in " ".join(plan)
