"""The forms of the desk: a profile, an event."""

from campaign.prisoners.forms.event import EventForm
from campaign.prisoners.forms.profile import ProfileForm, typed_from

__all__ = ["EventForm", "ProfileForm", "typed_from"]
