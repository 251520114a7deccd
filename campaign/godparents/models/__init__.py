"""Godparents (`who`), for whom and when (`pairs`), what they did and are told (`deeds`), who is asked (`asking`)."""

from campaign.godparents.models.asking import Invitation, InvitationState, by_godparent
from campaign.godparents.models.deeds import Deed, DeedKind, Moderation, Notice, NoticeKind
from campaign.godparents.models.pairs import EndReason, Godparenthood, How, ReleaseBatch
from campaign.godparents.models.who import (
    Godparent,
    Photo,
    PhotoFile,
    Programme,
    Reason,
    Refusal,
    Role,
    State,
)

__all__ = [
    "Deed",
    "DeedKind",
    "EndReason",
    "Godparent",
    "Godparenthood",
    "How",
    "Invitation",
    "InvitationState",
    "Moderation",
    "Notice",
    "NoticeKind",
    "Photo",
    "PhotoFile",
    "Programme",
    "Reason",
    "Refusal",
    "ReleaseBatch",
    "Role",
    "State",
    "by_godparent",
]
