"""The page "mails sent": what the catcher kept, to read and to click. It runs apart from the site."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from flask_babel import Babel
from werkzeug.wrappers import Response as BaseResponse

from campaign.config import ROOT
from campaign.local.folder import MailFolder, UnknownMail
from campaign.local.letter import Heading, read_heading, read_letter, with_links

PER_PAGE = 50
SANDBOX = "allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"
"""What a mail's HTML may do: have its links clicked. No scripts, no forms, no origin."""

_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none';"
    f" frame-ancestors 'self'; sandbox {SANDBOX}"
)
# Links leave the frame. The first <base> counts, so a mail cannot aim them elsewhere.
_MAIL_START = '<!doctype html><meta charset="utf-8"><base target="_top">'

pages = Blueprint("mails", __name__)


def create_pages(folder: MailFolder, site_url: str) -> Flask:
    """The application. It answers to loopback names only, so that no site can read it by DNS rebinding."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config["MAIL_FOLDER"] = folder
    app.config["SITE_URL"] = site_url
    app.config["MAX_CONTENT_LENGTH"] = 1_024
    Babel(app)
    app.register_blueprint(pages)
    return app


@pages.before_app_request
def refuse_foreign_names() -> None:
    """Refuse a request for another host than this machine."""
    if request.host.rpartition(":")[0] not in _LOOPBACK and request.host not in _LOOPBACK:
        abort(HTTPStatus.MISDIRECTED_REQUEST)


@pages.after_app_request
def add_headers(response: Response) -> Response:
    """Security headers; the mail's own HTML has set a stricter policy already."""
    response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    # Not "no-referrer": browsers would send `Origin: null` with our own form.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@pages.get("/")
def index() -> str:
    """The newest mails first. The list renews itself only if `live=1` asks for it (WCAG 2.2.1, timing)."""
    ids = _folder().ids()
    page = max(1, request.args.get("page", default=1, type=int))
    shown = ids[(page - 1) * PER_PAGE : page * PER_PAGE]
    headings = [heading for mail_id in shown if (heading := _heading(mail_id))]
    older = page + 1 if len(ids) > page * PER_PAGE else None
    live = page == 1 and request.args.get("live") == "1"
    return _render("local/index.html", headings=headings, total=len(ids), page=page, older=older, live=live)


@pages.get("/mails/<mail_id>")
def show(mail_id: str) -> str:
    """One mail: headers, text, HTML in a sandbox."""
    letter = read_letter(mail_id, _read(mail_id))
    text = None if letter.text is None else with_links(letter.text)
    return _render("local/mail.html", letter=letter, text=text, sandbox=SANDBOX)


@pages.get("/mails/<mail_id>/html")
def show_html(mail_id: str) -> Response:
    """The HTML part as it is, harmless by its sandbox whether framed or opened alone."""
    html = read_letter(mail_id, _read(mail_id)).html
    if html is None:
        abort(HTTPStatus.NOT_FOUND)
    body = (_MAIL_START + html).encode("utf-8", "replace")
    headers = {"Content-Security-Policy": _MAIL_POLICY}
    return Response(body, content_type="text/html; charset=utf-8", headers=headers)


@pages.get("/mails/<mail_id>/source")
def source(mail_id: str) -> Response:
    """The mail as it came, to save."""
    headers = {"Content-Disposition": f'attachment; filename="{mail_id}.eml"'}
    return Response(_read(mail_id), content_type="text/plain", headers=headers)


@pages.post("/empty")
def empty() -> BaseResponse:
    """Remove all mails. Only our own form may ask for it."""
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        abort(HTTPStatus.FORBIDDEN)
    _folder().empty()
    return redirect(url_for("mails.index"), code=HTTPStatus.SEE_OTHER)


@pages.get("/style.css")
def style() -> Response:
    """The style sheet."""
    return Response((ROOT / "static" / "local.css").read_bytes(), content_type="text/css; charset=utf-8")


def _folder() -> MailFolder:
    folder: MailFolder = current_app.config["MAIL_FOLDER"]
    return folder


def _read(mail_id: str) -> bytes:
    try:
        return _folder().read(mail_id)
    except UnknownMail:
        abort(HTTPStatus.NOT_FOUND)


def _heading(mail_id: str) -> Heading | None:
    """None if another process removed it since the list was made."""
    try:
        return _cached_heading(_folder(), mail_id)
    except UnknownMail:
        return None


@lru_cache(maxsize=2_000)
def _cached_heading(folder: MailFolder, mail_id: str) -> Heading:
    return read_heading(mail_id, folder.read(mail_id))


def _render(template: str, **values: object) -> str:
    return render_template(template, site_url=current_app.config["SITE_URL"], **values)
