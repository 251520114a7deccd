import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from campaign.kit import clock
from campaign.mailing import service
from campaign.vault import KeyRing, Vault
from tests.mailing.outboxes import PATIENT, addresses


def reach(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def in_thread(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_every_mail_is_sent_once_and_the_rows_say_so(outbox, server, make_drainer, go):
    outbox.put(*addresses(250))
    make_drainer(outbox).run(go)
    assert sorted(mail.to for mail in server.mails) == sorted(addresses(250))
    assert all(f"body for {mail.to}" in mail.content for mail in server.mails)
    assert set(outbox.states()) == {"sent"}
    assert server.connections <= 4


def test_a_single_mail_takes_a_single_connection_that_stays_open(embedded, server, make_drainer, go):
    drainer = make_drainer(embedded)
    for address in addresses(3):
        embedded.put(address)
        drainer.run(go)
    assert (len(server.mails), server.connections) == (3, 1)


def test_two_drainers_at_once_send_each_mail_once(outbox, server, make_drainer, go):
    outbox.put(*addresses(300))
    threads = [in_thread(lambda: make_drainer(outbox, timeouts=PATIENT).run(go)) for _ in range(2)]
    for thread in threads:
        thread.join(60)
    assert sorted(mail.to for mail in server.mails) == sorted(addresses(300))
    assert set(outbox.states()) == {"sent"}


def test_a_second_run_in_the_same_process_returns_at_once_and_the_first_looks_again(embedded, server, make_drainer, go):
    server.behaviour.delay = 0.1
    drainer = make_drainer(embedded, timeouts=PATIENT)
    embedded.put("first@example.org")
    thread = in_thread(lambda: drainer.run(go))
    server.wait_for_command("MAIL")
    embedded.put("second@example.org")
    drainer.run(go)
    thread.join(30)
    assert [mail.to for mail in server.mails] == ["first@example.org", "second@example.org"]


def test_one_bad_address_neither_stops_nor_delays_the_others(outbox, server, make_drainer, go):
    server.behaviour.rcpt = {"person3@example.org": "550 5.1.1 unknown", "person5@example.org": "450 4.2.1 later"}
    outbox.put(*addresses(30))
    make_drainer(outbox).run(go)
    rows = outbox.rows()
    assert len(server.mails) == 28
    assert (rows[3].state, outbox.answer(rows[3])) == ("failed", "550 5.1.1 unknown")
    assert (rows[5].state, outbox.answer(rows[5]), rows[5].attempts) == ("deferred", "450 4.2.1 later", 1)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <Jo.Baker@example.org>: unknown", "550 5.1.1 <…>: unknown"),
        ("550 5.1.1 JO.BAKER not known here", "550 5.1.1 … not known here"),
        ("550 5.1.1 passed on to real.name@other.example, who is unknown", "550 5.1.1 passed on to …, who is unknown"),
        ("450 4.2.0 b+jo.baker=example.org@relay.example later", "450 4.2.0 … later"),
        ("530 5.7.0 log in before writing to jo.baker@example.org", "530 5.7.0 log in before writing to …"),
        ("550 5.1.1 jo.bakery is another word", "550 5.1.1 jo.bakery is another word"),
    ],
)
def test_what_a_server_says_is_kept_without_any_address(embedded, server, make_drainer, said, kept):
    server.behaviour.rcpt = {"jo.baker@example.org": said}
    embedded.put("jo.baker@example.org")
    stop = threading.Event()
    thread = in_thread(lambda: make_drainer(embedded).run(stop))  # after a 530 it would wait for a better server
    reach(lambda: {"deferred", "failed"} & set(embedded.states()))
    stop.set()
    thread.join(10)
    assert embedded.answer(embedded.rows()[0]) == kept


def test_a_deferred_mail_is_sent_when_its_time_has_come(outbox, server, make_drainer, go):
    server.behaviour.rcpt = {"a@example.org": "450 4.2.1 later"}
    outbox.put("a@example.org")
    make_drainer(outbox).run(go)
    server.behaviour.rcpt.clear()
    make_drainer(outbox).run(go)
    assert server.mails == []
    make_drainer(outbox, now=lambda: clock.now() + timedelta(minutes=2)).run(go)
    assert len(server.mails) == 1


def test_a_connection_dropped_mid_mail_delays_that_mail_only(outbox, server, make_drainer, go):
    server.behaviour.drops_in_data = 1
    outbox.put(*addresses(10))
    make_drainer(outbox).run(go)
    assert len(server.mails) == 9
    assert sorted(outbox.states()) == ["deferred", *["sent"] * 9]
    make_drainer(outbox, now=lambda: clock.now() + timedelta(minutes=2)).run(go)
    assert sorted(mail.to for mail in server.mails) == sorted(addresses(10))


def test_a_connection_dropped_after_each_accepted_mail_sends_none_twice(outbox, server, make_drainer, go):
    server.behaviour.drops_after_accept = 50
    outbox.put(*addresses(50))
    make_drainer(outbox).run(go)
    assert sorted(mail.to for mail in server.mails) == sorted(addresses(50))
    assert set(outbox.states()) == {"sent"}


def test_a_server_that_closes_connections_politely_gets_every_mail_once(outbox, server, make_drainer, go):
    for _ in range(5):
        server.behaviour.mail.extend(["250 ok"] * 7 + ["421 4.3.2 closing"])
    outbox.put(*addresses(60))
    make_drainer(outbox).run(go)
    assert sorted(mail.to for mail in server.mails) == sorted(addresses(60))


def test_a_server_that_bears_two_connections_gets_every_mail_over_two(embedded, server, make_drainer, go):
    server.behaviour.most = 2
    server.behaviour.delay = 0.002
    embedded.put(*addresses(100))
    drainer = make_drainer(embedded, timeouts=PATIENT)
    drainer.run(go)
    assert len(server.mails) == 100
    assert drainer.breaker.failures == 0


def test_while_the_server_refuses_connections_nothing_is_counted_and_then_all_is_sent(outbox, server, make_drainer, go):
    server.stop()
    outbox.put(*addresses(30))
    thread = in_thread(lambda: make_drainer(outbox).run(go))
    reach(lambda: "deferred" in outbox.states())
    assert {row.attempts for row in outbox.rows()} == {0}
    assert "refused" in outbox.answer(outbox.rows()[0])
    server.start()
    server.wait_for(30)
    thread.join(30)
    assert set(outbox.states()) == {"sent"}


@pytest.mark.parametrize("answer", ["550 5.7.1 sender rejected", "554 5.7.1 blocked", "535 5.7.8 log in"])
def test_a_server_that_refuses_us_fails_no_mail(embedded, server, make_drainer, go, answer):
    server.behaviour.mail.extend([answer] * 3)
    embedded.put(*addresses(5))
    thread = in_thread(lambda: make_drainer(embedded).run(go))
    reach(lambda: "deferred" in embedded.states())
    assert embedded.answer(embedded.rows()[0]) == answer
    server.wait_for(5)
    thread.join(30)
    assert set(embedded.states()) == {"sent"}
    assert {row.attempts for row in embedded.rows()} == {1}


def test_a_silent_server_neither_blocks_the_outbox_nor_loses_a_mail(outbox, server, make_drainer):
    server.behaviour.silent = True
    outbox.put(*addresses(40))
    stop = threading.Event()
    thread = in_thread(lambda: make_drainer(outbox).run(stop))
    reach(lambda: "deferred" in outbox.states())
    outbox.put("late@example.org")  # others write meanwhile
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert set(outbox.states()) <= {"queued", "deferred"}
    assert {row.attempts for row in outbox.rows()} == {0}


def test_a_stuck_mail_does_not_hold_up_the_few_behind_it(embedded, server, make_drainer, go):
    embedded.put(*addresses(5))
    drainer = make_drainer(embedded, timeouts=PATIENT)
    server.behaviour.silent = True
    thread = in_thread(lambda: drainer.run(go))
    reach(lambda: server.connections == 1)
    server.behaviour.silent = False
    server.wait_for(4)
    assert thread.is_alive()  # the first still waits
    server.hang_up()
    server.wait_for(5)
    thread.join(30)


def test_told_to_stop_it_finishes_the_mail_in_hand_and_gives_the_rest_back(outbox, server, make_drainer):
    server.behaviour.delay = 0.05
    outbox.put(*addresses(100))
    stop = threading.Event()
    thread = in_thread(lambda: make_drainer(outbox, timeouts=PATIENT).run(stop))
    server.wait_for(5)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    states = outbox.states()
    assert set(states) == {"sent", "queued"}
    assert states.count("sent") == len(server.mails)


def test_what_was_sent_while_the_database_was_away_is_not_sent_again(embedded, server, make_drainer, go):
    drainer = make_drainer(embedded)
    working, broken = drainer.transaction, threading.Event()

    def transaction():
        if broken.is_set():
            raise OperationalError("BEGIN", {}, Exception("database is locked"))
        return working()

    drainer.transaction = transaction
    server.behaviour.delay = 0.02
    embedded.put(*addresses(40))
    thread = in_thread(lambda: drainer.run(go))
    server.wait_for(3)
    broken.set()
    reach(lambda: len(drainer.unsettled) > 0)
    broken.clear()
    thread.join(30)
    assert sorted(mail.to for mail in server.mails) == sorted(addresses(40))
    assert set(embedded.states()) == {"sent"}


def test_a_mail_that_was_cancelled_is_not_sent(embedded, server, make_drainer, go):
    embedded.put("a@example.org")
    with embedded.transaction() as connection:
        service.cancel(connection, bytes(16))
    make_drainer(embedded).run(go)
    assert server.mails == []


def test_a_mail_that_no_key_opens_waits_for_the_key(embedded, server, make_drainer, go):
    mine, embedded.vault = embedded.vault, Vault(KeyRing.fresh())
    embedded.put("sealed-otherwise@example.org")
    embedded.vault = mine
    embedded.put("a@example.org")
    make_drainer(embedded).run(go)
    assert [mail.to for mail in server.mails] == ["a@example.org"]
    assert embedded.states() == ["deferred", "sent"]
    assert embedded.rows()[0].attempts == 0


def test_the_log_tells_counts_and_states_and_no_address(embedded, server, make_drainer, go, caplog):
    caplog.set_level("DEBUG")
    server.behaviour.rcpt = {"person1@example.org": "550 5.1.1 <person1@example.org> unknown"}
    embedded.put(*addresses(3))
    make_drainer(embedded).run(go)
    assert "mail: 1 failed, 2 sent" in caplog.text
    assert "@" not in caplog.text
    assert "unknown" not in caplog.text
