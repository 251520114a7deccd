"""Pages kept for a second: made by one request at a time, and never somebody's own page."""

import threading

import pytest

from campaign.web import page_cache
from campaign.web.page_cache import PageCache

PUBLIC = "public, max-age=5"


class Site:
    """A WSGI application that counts how often each address was made."""

    def __init__(self):
        self.made = []
        self.status, self.control = "200 OK", PUBLIC
        self.body = b"page"
        self.closed = 0
        self.hold = None

    def __call__(self, environ, start_response):
        self.made.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if self.hold:
            self.hold()
        start_response(self.status, [("Cache-Control", self.control), ("X-Number", str(len(self.made)))])
        return _Closing(self, [self.body])


class _Closing(list):
    def __init__(self, site, parts):
        super().__init__(parts)
        self.site = site

    def close(self):
        self.site.closed += 1


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def cache(site):
    return PageCache(site, ("en", "be"))


def get(cache, path="/", method="GET", query="", language=""):
    """`(status, number of the making, body)`."""
    head = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_ACCEPT_LANGUAGE": language,
    }  # fmt: skip
    answer = cache(environ, lambda status, headers, exc_info=None: head.append((status, dict(headers))))
    body = b"".join(answer)
    return head[0][0], head[0][1]["X-Number"], body


def age(cache, seconds):
    """As if so many seconds had gone by since the pages were made."""
    for page in cache._pages.values():
        page.made_at -= seconds


def test_a_page_is_made_once_in_a_second(site, cache):
    assert [get(cache)[1] for _ in range(5)] == ["1"] * 5
    assert site.closed == 1
    age(cache, page_cache.KEEP_SECONDS)
    assert get(cache)[1] == "2"


def test_addresses_queries_and_languages_are_kept_apart(site, cache):
    numbers = [
        get(cache)[1], get(cache, "/other")[1], get(cache, query="lang=be")[1], get(cache, language="be")[1],
    ]  # fmt: skip
    assert numbers == ["1", "2", "3", "4"]
    assert get(cache, language="be-BY,be;q=0.9")[1] == "4"
    assert get(cache, language="en-GB")[1] == "1"
    assert get(cache, language="xx;q=nonsense")[1] == "1"


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "PUT"])
def test_only_get_is_kept(site, cache, method):
    get(cache)
    assert [get(cache, method=method)[1] for _ in range(2)] == ["2", "3"]


@pytest.mark.parametrize("path", ["/admin/", "/confirm/x", "/receipt/x", "/admin"])
def test_somebodys_own_pages_are_never_kept_whatever_they_say(site, cache, path):
    assert [get(cache, path)[1] for _ in range(2)] == ["1", "2"]
    assert cache._pages == {}


@pytest.mark.parametrize("control", ["no-store", "private, max-age=5", "max-age=5", ""])
def test_what_is_not_public_is_not_kept(site, cache, control):
    site.control = control
    assert [get(cache)[1] for _ in range(2)] == ["1", "2"]
    assert cache._pages == {}


@pytest.mark.parametrize("status", ["404 NOT FOUND", "503 SERVICE UNAVAILABLE", "302 FOUND", "204 NO CONTENT"])
def test_only_whole_good_pages_are_kept(site, cache, status):
    site.status = status
    assert [get(cache)[:2] for _ in range(2)] == [(status, "1"), (status, "2")]


def test_a_page_that_is_very_large_is_passed_on_and_not_kept(site, cache):
    site.body = b"x" * (page_cache.LARGEST + 1)
    assert [get(cache)[1] for _ in range(2)] == ["1", "2"]


def test_a_page_that_is_gone_is_not_kept_for_others_while_it_is_made(site, cache):
    get(cache)
    age(cache, page_cache.KEEP_SECONDS)
    site.status = "410 GONE"
    assert get(cache)[:2] == ("410 GONE", "2")
    assert cache._pages == {}


def test_an_old_page_outlives_a_failure_only_until_it_is_too_old(site, cache):
    get(cache)
    age(cache, page_cache.KEEP_SECONDS)
    site.status = "503 SERVICE UNAVAILABLE"
    assert get(cache)[1] == "2"
    assert get(cache)[0] == site.status


def test_the_number_of_kept_pages_is_bounded(site, cache):
    for number in range(page_cache.MOST_PAGES + 10):
        get(cache, f"/{number}")
    assert len(cache._pages) <= page_cache.MOST_PAGES
    assert len(cache._making) <= page_cache.MOST_PAGES


def test_addresses_that_are_not_there_leave_nothing_behind(site, cache):
    site.status = "404 NOT FOUND"
    for number in range(50):
        get(cache, f"/{number}")
    assert (len(cache._pages), len(cache._making)) == (0, 0)


def test_while_one_request_makes_a_page_anew_the_others_get_the_old_one(site, cache):
    get(cache)
    age(cache, page_cache.KEEP_SECONDS)
    busy, go = threading.Event(), threading.Event()

    def hold():
        busy.set()
        assert go.wait(30)

    site.hold = hold
    first = []
    maker = threading.Thread(target=lambda: first.append(get(cache)[1]))
    maker.start()
    assert busy.wait(30)
    assert [get(cache)[1] for _ in range(10)] == ["1"] * 10
    go.set()
    maker.join(30)
    assert first == ["2"]
    assert get(cache)[1] == "2"


def test_a_page_asked_for_by_many_at_once_is_made_once(site, cache):
    start = threading.Barrier(16)
    found = []

    def ask():
        start.wait()
        found.append(get(cache)[1])

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == ["1"] * 16


def test_a_page_that_fails_is_made_again_by_the_next_request(site, cache):
    def fail():
        raise ZeroDivisionError

    site.hold = fail
    with pytest.raises(ZeroDivisionError):
        get(cache)
    site.hold = None
    assert get(cache)[2] == b"page"


def test_an_address_with_a_long_query_is_made_each_time_and_never_kept(site, cache):
    for _ in range(2):
        get(cache, query="lang=" + "x" * page_cache.LONGEST_QUERY)
    assert len(site.made) == 2
    get(cache, query="lang=be")
    get(cache, query="lang=be")
    assert len(site.made) == 3
