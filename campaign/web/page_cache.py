"""Bytes of public pages, kept for a second in front of Flask.

When a campaign is on the news, thousands load the same page and reload its count. Each page is made once a second,
by one request at a time; meanwhile the others get the bytes made before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from campaign.i18n import negotiate

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

KEEP_SECONDS = 1.0
STALE_SECONDS = 10.0
"""How old a page may get while a request is busy making it anew. Part of the minute in `headers.KEPT_BY_OTHERS`."""
MOST_PAGES = 512
LARGEST = 512 * 1024
MOST_BYTES = 64 * 1024 * 1024
"""Of all that is kept: portraits and posters are larger than pages."""
LONGEST_QUERY = 100
"""Our own links have short ones. With long ones somebody could fill the memory: a page may repeat its query."""
_PRIVATE = ("/admin", "/confirm", "/receipt", "/godparents/own", "/godparents/invited")


@dataclass(slots=True)
class _Page:
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    made_at: float


class PageCache:
    """WSGI layer. Keeps answers to GET with status 200 and `Cache-Control: public`; everything else passes through."""

    def __init__(self, app: Wsgi, languages: tuple[str, ...]) -> None:
        """`app` makes the pages, in one of `languages`."""
        self._app, self._languages = app, languages
        self._pages: dict[tuple[str, str, str], _Page] = {}
        self._making: dict[tuple[str, str, str], threading.Lock] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the kept bytes if they are fresh, else have them made."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "GET" or path.startswith(_PRIVATE) or len(query) > LONGEST_QUERY:
            return self._app(environ, start_response)
        key = (path, query, self._language(environ))
        now = time.monotonic()
        page = self._pages.get(key)
        if page is not None and now - page.made_at < KEEP_SECONDS:
            start_response(page.status, page.headers)
            return page.body
        return self._make(key, page, environ, start_response)

    def _make(
        self, key: tuple[str, str, str], old: _Page | None, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        lock = self._making.setdefault(key, threading.Lock())
        if not lock.acquire(blocking=old is None or time.monotonic() - old.made_at > STALE_SECONDS):
            assert old is not None
            start_response(old.status, old.headers)
            return old.body
        try:
            page = self._pages.get(key)
            if page is None or time.monotonic() - page.made_at >= KEEP_SECONDS:
                page = self._run(environ)
                self._store(key, page)
        finally:
            lock.release()
        start_response(page.status, page.headers)
        return page.body

    def _run(self, environ: Environ) -> _Page:
        head: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], None]:
            head[:] = [(status, headers)]
            return lambda _data: None

        answer = self._app(environ, start)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        status, headers = head[0]
        return _Page(status, headers, [body], time.monotonic())

    def _store(self, key: tuple[str, str, str], page: _Page) -> None:
        if not _may_keep(page):
            self._making.pop(key, None)
            if page.status.startswith("4"):  # there is no such page, or no more: nobody may get the old one
                self._pages.pop(key, None)
            return
        held = sum(len(kept.body[0]) for kept in list(self._pages.values()))
        if len(self._pages) >= MOST_PAGES or held + len(page.body[0]) > MOST_BYTES:
            self._pages.clear()
            self._making.clear()
        self._pages[key] = page

    def _language(self, environ: Environ) -> str:
        if len(self._languages) == 1:
            return self._languages[0]
        wishes = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
        return negotiate(None, wishes.best_match(self._languages), self._languages)


def _may_keep(page: _Page) -> bool:
    if not page.status.startswith("200") or len(page.body[0]) > LARGEST:
        return False
    control = next((value for name, value in page.headers if name.lower() == "cache-control"), "")
    return "public" in control
