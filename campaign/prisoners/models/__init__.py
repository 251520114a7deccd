"""Prisoner profiles: who (`profile`), what happened (`events`), portraits, and lists brought in (`imports`)."""

from campaign.prisoners.models.events import Batch, Event, EventKind, EventText, Status
from campaign.prisoners.models.imports import Doubt, Identifier, ImportRun, RunState
from campaign.prisoners.models.portraits import Portrait, PortraitFile
from campaign.prisoners.models.profile import (
    Article,
    Change,
    Consent,
    Designation,
    Gender,
    NameKind,
    OldSlug,
    Prisoner,
    PrisonerName,
    PrisonerText,
    SearchKey,
    campaign_prisoners,
    name_key,
)

__all__ = [
    "Article",
    "Batch",
    "Change",
    "Consent",
    "Designation",
    "Doubt",
    "Event",
    "EventKind",
    "EventText",
    "Gender",
    "Identifier",
    "ImportRun",
    "NameKind",
    "OldSlug",
    "Portrait",
    "PortraitFile",
    "Prisoner",
    "PrisonerName",
    "PrisonerText",
    "RunState",
    "SearchKey",
    "Status",
    "campaign_prisoners",
    "name_key",
]
