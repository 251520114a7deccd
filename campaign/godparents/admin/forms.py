"""What organisers type about a godparent, checked field by field."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers.queries import Seat
from campaign.godparents import offering
from campaign.godparents.correcting import Bond, Details
from campaign.godparents.inviting_many import MOST_LINES, Candidate, Invitee, Words, pasted
from campaign.kit import addresses, folding, text
from campaign.kit.addresses import Address
from campaign.prisoners import choosing
from campaign.prisoners.forms.fields import DeskForm, Typed

NOBODY = "nobody"


class DetailsForm(DeskForm):
    """The public details, and whom of a roster this is: `who` is `nobody`, `chamber-3`, or `member-7-3`."""

    def __init__(self, typed: Typed, countries: Collection[str], chambers: Collection[int]) -> None:
        """`countries` and `chambers` (ids) are those that may be chosen."""
        super().__init__(typed)
        self._countries, self._chambers = countries, chambers

    def check(self) -> Details | None:
        """The details; None if something is wrong."""
        details = Details(
            given_name=self.take("given_name", text.clean_name, 100, required=True),
            family_name=self.take("family_name", text.clean_name, 100, required=True),
            office=self.line("office", 200),
            party=self.line("party", 200),
            country=self.choice("country", self._countries),
        )
        return None if self.errors else details

    def bond(self, seats: Sequence[Seat]) -> Bond | None:
        """Whom of `seats`, or which chamber, this is; None if something else was sent."""
        kind, _dash, rest = self.values["who"].partition("-")
        if kind == NOBODY:
            return Bond()
        if kind == "chamber":
            wanted = rest or self.values["chamber"]
            chosen = next((number for number in self._chambers if str(number) == wanted), None)
            if chosen is not None:
                return Bond(None, chosen)
        for seat in seats:
            if self.values["who"] == f"member-{seat.member_id}-{seat.chamber_id}":
                return Bond(seat.member_id, seat.chamber_id)
        self.errors["who"] = _("Please choose one of these.")
        return None


class MailForm(DeskForm):
    """Whom to write to: name, address, language, and a few words."""

    def address(self, name: str = "email") -> Address | None:
        """The address; None if it is none."""
        try:
            return addresses.parse(self.values[name])
        except addresses.AddressProblem:
            self.errors[name] = _("This is no e-mail address.")
            return None


class InviteForm(DeskForm):
    """Whom to invite, and with what words. The filters come by GET, the invitation by POST."""

    def __init__(self, typed: Typed, languages: Collection[str]) -> None:
        """`languages` are those that mails come in."""
        super().__init__(typed)
        self._languages = languages

    def campaign(self, campaigns: Sequence[Campaign]) -> Campaign:
        """The one that was chosen, else the first."""
        return next((each for each in campaigns if each.slug == self.values["campaign"]), campaigns[0])

    def chamber(self, chambers: Collection[int]) -> int | None:
        """The id of the chosen chamber, if there is such a one."""
        wanted = self.values["chamber"]
        return next((number for number in chambers if str(number) == wanted), None)

    def narrowed(self, people: Sequence[Candidate]) -> list[Candidate]:
        """Those who pass the filters for name and party."""
        words, party = folding.words(self.values["q"][:100]), self.values["party"]
        return [
            each
            for each in people
            if (not party or str(each.party_id) == party) and set(words) <= _beginnings(each.name, words)
        ]

    def pasted(self) -> list[Invitee]:
        """Who was pasted; what means nobody is said at the field."""
        lines = self.values["pasted"]
        if len(lines.splitlines()) > MOST_LINES:
            self.errors["pasted"] = _("Please paste at most %(count)s lines at once.", count=MOST_LINES)
            return []
        found, wrong = pasted(lines)
        if wrong:
            shown = "; ".join(wrong[:5])
            self.errors["pasted"] = _("Nothing was sent: here no address was found: %(lines)s", lines=shown)
        return found

    def words(self, session: Session, campaign_id: int) -> Words | None:
        """Message, language and prisoner."""
        message = self.take("message", text.clean_text, 1000)
        language = self.choice("language", self._languages)
        prisoner, wanted = None, self.line("prisoner", 200)
        if wanted:
            people = choosing.by_names(session, [wanted], [campaign_id]).people
            if len(people) == 1 and offering.wanted_by_id(session, campaign_id, people[0].id):
                prisoner = people[0].id
            else:
                self.errors["prisoner"] = _("No prisoner of this campaign who takes godparents has just this name.")
        return None if self.errors else Words(message, language, prisoner)


def _beginnings(name: str, words: Sequence[str]) -> set[str]:
    """Those of `words` that some word of the name begins with."""
    own = folding.words(name)
    return {word for word in words if any(each.startswith(word) for each in own)}
