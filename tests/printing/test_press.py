"""No more is printed at once than the machine can bear."""

import threading

import pytest

from campaign.printing import Busy, Press


def test_one_after_another_all_are_printed():
    press = Press(at_once=1, waiting=0)
    for _ in range(3):
        with press.turn():
            pass


def test_whoever_finds_no_place_is_told_at_once():
    press = Press(at_once=1, waiting=0)
    with press.turn(), pytest.raises(Busy), press.turn():
        pytest.fail("there was no place")


def test_whoever_waits_too_long_is_told_too():
    press = Press(at_once=1, waiting=1, patience=0.01)
    with press.turn(), pytest.raises(Busy), press.turn():
        pytest.fail("there was no turn")


def test_a_place_is_given_back_whatever_happens():
    press = Press(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), press.turn():
            raise ZeroDivisionError
    with press.turn():
        pass


def test_whoever_waits_comes_to_its_turn():
    press = Press(at_once=1, waiting=1, patience=30)
    done = threading.Event()

    def wait():
        with press.turn():
            done.set()

    with press.turn():
        waiter = threading.Thread(target=wait)
        waiter.start()
        assert not done.is_set()
    waiter.join()
    assert done.is_set()
