"""Changing a campaign's settings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from campaign.campaigns.models import Campaign
from campaign.kit import countries, text

MOST_REMINDERS = 3
LONGEST_DAYS = 90
MAIL_LENGTH = 120


class BadSetting(ValueError):
    """A setting that makes no sense; the message says what would."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a campaign that organisers change. Empty sender and subject mean the ordinary ones."""

    mail_sender: str
    mail_subject: str
    risky_countries: tuple[str, ...]
    reminder_days: tuple[int, ...]
    purge_days: int

    @classmethod
    def of(cls, campaign: Campaign) -> Settings:
        """The present settings."""
        return cls(
            mail_sender=campaign.mail_sender,
            mail_subject=campaign.mail_subject,
            risky_countries=tuple(campaign.risky_countries),
            reminder_days=tuple(campaign.reminder_days),
            purge_days=campaign.purge_days,
        )

    def checked(self) -> Settings:
        """The same, tidied. Raises `BadSetting`."""
        days = tuple(sorted(set(self.reminder_days)))
        if not 1 <= self.purge_days <= LONGEST_DAYS:
            raise BadSetting(f"Unconfirmed signatures are purged after 1 to {LONGEST_DAYS} days.")
        if len(days) > MOST_REMINDERS or any(not 0 < day < self.purge_days for day in days):
            raise BadSetting(f"At most {MOST_REMINDERS} reminders, each before the purge.")
        unknown = [code for code in self.risky_countries if code not in countries.codes()]
        if unknown:
            raise BadSetting(f"Not a country: {', '.join(unknown)}. Use codes such as BY.")
        try:
            sender, subject = (
                text.clean_line(value, maximum=MAIL_LENGTH, required=False)
                for value in (self.mail_sender, self.mail_subject)
            )
        except text.TextProblem as problem:
            raise BadSetting(f"Sender and subject are plain lines of at most {MAIL_LENGTH} characters.") from problem
        return replace(self, mail_sender=sender, mail_subject=subject, reminder_days=days)


def change(campaign: Campaign, settings: Settings) -> list[str]:
    """Set what differs; the names of what did. Raises `BadSetting` before anything is changed."""
    wanted, present = settings.checked(), Settings.of(campaign)
    names = [name for name in Settings.__slots__ if getattr(wanted, name) != getattr(present, name)]
    for name in names:
        value = getattr(wanted, name)
        setattr(campaign, name, list(value) if isinstance(value, tuple) else value)
    return names
