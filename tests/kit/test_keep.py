import pytest

from campaign.kit.keep import Keep


def reading(*results):
    """A reader that gives one result after the other; an exception is raised."""
    left = iter(results)

    def read():
        result = next(left)
        if isinstance(result, Exception):
            raise result
        return result

    return read


def test_a_value_is_read_once_while_it_is_fresh():
    keep = Keep(seconds=600)
    read = reading("first", "second")
    assert [keep.get("key", read) for _ in range(2)] == ["first", "first"]


def test_an_old_value_is_read_anew():
    keep = Keep(seconds=0)
    read = reading("first", "second")
    assert [keep.get("key", read) for _ in range(2)] == ["first", "second"]


def test_what_reading_raises_is_raised():
    keep = Keep(seconds=0)
    read = reading("first", ConnectionError(), "third")
    assert keep.get("key", read) == "first"
    with pytest.raises(ConnectionError):
        keep.get("key", read)
    assert keep.get("key", read) == "third"


def test_an_old_value_serves_despite_the_failures_that_were_named():
    keep = Keep(seconds=0, despite=lambda error: isinstance(error, ConnectionError))
    read = reading("first", ConnectionError(), ConnectionError(), LookupError(), "fifth")
    assert [keep.get("key", read) for _ in range(3)] == ["first"] * 3
    with pytest.raises(LookupError):
        keep.get("key", read)
    assert keep.get("key", read) == "fifth"


def test_without_an_old_value_every_failure_is_raised():
    keep = Keep(seconds=0, despite=lambda _error: True)
    with pytest.raises(ConnectionError):
        keep.get("key", reading(ConnectionError()))


def test_a_value_that_serves_despite_failures_tells_how_old_it_is():
    keep = Keep(seconds=0, despite=lambda _error: True)
    read = reading("first", ConnectionError(), ConnectionError(), "fourth")
    assert keep.get_aged("key", read) == ("first", pytest.approx(0, abs=30))
    (fresh, read_at, value) = keep._values["key"]
    keep._values["key"] = (fresh - 100, read_at - 100, value)  # as if it had been read so long ago
    for _ in range(2):
        value, age = keep.get_aged("key", read)
        assert value == "first"
        assert age >= 100
    value, age = keep.get_aged("key", read)
    assert (value, age < 100) == ("fourth", True)
