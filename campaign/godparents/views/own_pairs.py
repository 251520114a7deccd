"""The own page, about one godparenthood: words, deeds, handing over, stepping down; and beginning another."""

from __future__ import annotations

from flask import abort, request
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db
from campaign.godparents import certificate as certificates
from campaign.godparents import deeds, inviting, offering, own, papers, standing
from campaign.godparents.acting import Act, NotPossible
from campaign.godparents.deeds import NewDeed
from campaign.godparents.models import Godparent, Godparenthood
from campaign.godparents.own_forms import DeedForm, HandOverForm, StatementForm, Successor
from campaign.godparents.papers import Sheet, Where
from campaign.godparents.views import documents
from campaign.godparents.views.own import (
    Stopped,
    accepted,
    act_on,
    back,
    blueprint,
    hand_in,
    press,
    purpose,
    render,
    today,
)
from campaign.godparents.words import DEED
from campaign.i18n import page_language
from campaign.prisoners import queries as prisoners
from campaign.prisoners.forms.fields import language_choices
from campaign.web import kernel as web

__all__ = ["blueprint"]

# ---------------------------------------------------------------------------------------------------------------------
# Words


@blueprint.get("/<int:pair_id>/statement")
@public
def statement(token: str, pair_id: int) -> Response:
    """The form for the statement: what is proposed, else what is shown."""
    godparent = accepted(token)
    pair = _pair(godparent, pair_id)
    words, language = pair.statement, pair.statement_language
    if pair.proposed is not None:
        words, language = pair.proposed, pair.proposed_language
    form = StatementForm({"statement": [words], "language": [language or page_language()]})
    return _statement_page(token, godparent, pair, form)


@blueprint.post("/<int:pair_id>/statement")
@public
def propose(token: str, pair_id: int) -> Response:
    """Keep new words until an organiser has looked at them; none takes the present ones away at once."""
    form = StatementForm(dict(request.form.lists()))

    def keep(act: Act, godparent: Godparent, wanted: tuple[str, str]) -> None:
        own.propose_statement(own.pair_of(act, godparent, pair_id), *wanted)

    wanted = form.check()
    return hand_in(
        token,
        form,
        wanted,
        keep,
        lambda godparent: _statement_page(token, godparent, _pair(godparent, pair_id), form, status=422),
        "statement" if wanted and wanted[0] else "unsaid",
    )


# ---------------------------------------------------------------------------------------------------------------------
# Deeds


@blueprint.get("/<int:pair_id>/deeds")
@public
def deed(token: str, pair_id: int) -> Response:
    """The form for something that was done."""
    godparent = accepted(token)
    pair = _pair(godparent, pair_id, active=False)
    day = today()
    typed = {"day-year": [str(day.year)], "day-month": [str(day.month)], "language": [page_language()]}
    return _deed_page(token, godparent, pair, DeedForm(typed))


@blueprint.post("/<int:pair_id>/deeds")
@public
def record_deed(token: str, pair_id: int) -> Response:
    """Record it."""
    form = DeedForm(dict(request.form.lists()))

    def record(act: Act, godparent: Godparent, new: NewDeed) -> None:
        deeds.add(act, own.pair_of(act, godparent, pair_id, active=False), new)

    return hand_in(
        token,
        form,
        form.check(today()),
        record,
        lambda godparent: _deed_page(token, godparent, _pair(godparent, pair_id, active=False), form, status=422),
        "deed",
    )


@blueprint.post("/deeds/<int:deed_id>/remove")
@public
def remove_deed(token: str, deed_id: int) -> Response:
    """Delete one of one's own records."""
    return press(token, lambda act, godparent: deeds.remove(act, godparent, deed_id), "deed-removed")


# ---------------------------------------------------------------------------------------------------------------------
# Handing over, stepping down


@blueprint.get("/<int:pair_id>/hand-over")
@public
def hand_over(token: str, pair_id: int) -> Response:
    """The form for a successor."""
    godparent = accepted(token)
    return _hand_over_page(token, godparent, _pair(godparent, pair_id), HandOverForm({"language": [page_language()]}))


@blueprint.post("/<int:pair_id>/hand-over")
@public
def ask_successor(token: str, pair_id: int) -> Response:
    """Invite the successor; the godparenthood goes over once they have joined and are accepted."""
    form = HandOverForm(dict(request.form.lists()))

    def ask(act: Act, godparent: Godparent, to: Successor) -> None:
        pair = own.pair_of(act, godparent, pair_id, locked=False)
        inviting.hand_over(act, pair, to.name, to.email, to.language, message=to.message)

    return hand_in(
        token,
        form,
        form.check(web.kernel().config.languages),
        ask,
        lambda godparent: _hand_over_page(token, godparent, _pair(godparent, pair_id), form, status=422),
        "asked",
    )


@blueprint.post("/<int:pair_id>/take-back")
@public
def take_back(token: str, pair_id: int) -> Response:
    """Take the invitation to a successor back."""

    def withdraw(act: Act, godparent: Godparent) -> None:
        pair = own.pair_of(act, godparent, pair_id)
        invitation = inviting.handover_of(act.session, pair.id)
        if invitation is not None:
            inviting.withdraw(act, invitation)

    return press(token, withdraw, "taken-back")


@blueprint.get("/<int:pair_id>/step-down")
@public
def ask_to_step_down(token: str, pair_id: int) -> Response:
    """What stepping down means, and the button."""
    godparent = accepted(token)
    return render("step_down", token, godparent, pair=_pair(godparent, pair_id))


@blueprint.post("/<int:pair_id>/step-down")
@public
def step_down(token: str, pair_id: int) -> Response:
    """End this one godparenthood."""

    def leave(act: Act, godparent: Godparent) -> None:
        standing.step_down(act, own.pair_of(act, godparent, pair_id, locked=False))

    return press(token, leave, "stepped-down")


@blueprint.get("/<int:pair_id>/certificate.pdf")
@public
def certificate(token: str, pair_id: int) -> Response:
    """The certificate for today, also before anything is public, and of one that ended."""
    pair = _pair(accepted(token), pair_id, active=False)
    where = Where(web.kernel().config.base_url, page_language(), today())
    paper = papers.of_pair(db.session(), pair, where, most=certificates.PORTRAIT)
    if paper is None or paper.prisoner is None:
        abort(410)
    name = f"{paper.slug}-{paper.prisoner.slug}.pdf"
    response = documents.set_page(lambda: certificates.sheet(paper), Sheet.printed, "application/pdf", name)
    response.headers["Cache-Control"] = "no-store"
    return response


# ---------------------------------------------------------------------------------------------------------------------
# Another prisoner


@blueprint.get("/choose")
@public
def choose(token: str) -> Response:
    """Prisoners who can be stood by, those alone first; found by name with `?q=`."""
    godparent = accepted(token)
    asked = request.args.get("q", "")[:100]
    session, language = db.session(), page_language()
    cards = own.choices(session, godparent, asked, language)
    pictures = prisoners.pictures(session, [card.id for card in cards], language)
    return render("choose", token, godparent, q=asked, cards=cards, pictures=pictures)


@blueprint.post("/choose")
@public
def begin(token: str) -> Response:
    """Stand by the prisoner of that slug; or, without one, by whoever needs it most."""
    web.demand_own_page()
    slug = request.form.get("prisoner", "")
    godparent = accepted(token)
    if not web.token_valid(purpose(godparent)):
        return back(token, stopped="stale")

    def choose_one(act: Act, mine: Godparent) -> Godparenthood | None:
        if not own.may_begin(act.session, mine):
            raise NotPossible("closed")
        wanted = offering.wanted(act.session, mine.campaign_id, slug) if slug else None
        if slug and wanted is None:
            raise NotPossible("taken")
        return standing.begin(act, mine, wanted.id if wanted else None)

    try:
        pair = act_on(token, choose_one)
    except Stopped as problem:
        return back(token, stopped=str(problem))
    return back(token, done="begun" if pair is not None else "waiting")


@blueprint.post("/stop-waiting")
@public
def stop_waiting(token: str) -> Response:
    """Wait for no prisoner any more."""
    return press(token, lambda _act, godparent: setattr(godparent, "wants_prisoner", False), "not-waiting")


def _pair(godparent: Godparent, pair_id: int, *, active: bool = True) -> Godparenthood:
    """One's own godparenthood, for showing; 404 for another's, or one that ended where that matters."""
    pair = db.session().get(Godparenthood, pair_id)
    if pair is None or pair.godparent_id != godparent.id or (active and not pair.active):
        abort(404)
    return pair


def _statement_page(
    token: str, godparent: Godparent, pair: Godparenthood, form: StatementForm, *, status: int = 200
) -> Response:
    languages = language_choices(page_language(), [pair.statement_language, pair.proposed_language])
    return render("statement", token, godparent, pair=pair, form=form, languages=languages, status=status)


def _deed_page(token: str, godparent: Godparent, pair: Godparenthood, form: DeedForm, *, status: int = 200) -> Response:
    languages = language_choices(page_language())
    kinds = list(DEED.items())
    return render("deed", token, godparent, pair=pair, form=form, languages=languages, kinds=kinds, status=status)


def _hand_over_page(
    token: str, godparent: Godparent, pair: Godparenthood, form: HandOverForm, *, status: int = 200
) -> Response:
    offered = web.kernel().config.languages
    languages = [each for each in language_choices(page_language(), offered) if each[0] in offered]
    return render("hand_over", token, godparent, pair=pair, form=form, languages=languages, status=status)
