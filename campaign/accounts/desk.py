"""The start page is put together from panels. Rooms above bring theirs; this one knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask import Flask, current_app

from campaign.accounts.access import Permission, reach_of
from campaign.accounts.models import Organiser
from campaign.accounts.queries import Reach

EXTENSION = "campaign.desk"
ENTRIES = "campaign.desk_entries"


@dataclass(frozen=True)
class Panel:
    """One section of the start page, shown to whoever holds `permission` in some campaign.

    `template` is included with what `load` gives; `load` gets the reach and must show nothing beyond it.
    Lower `position` stands further up.
    """

    template: str
    permission: Permission
    load: Callable[[Reach], Mapping[str, object]]
    position: int = 50


@dataclass(frozen=True)
class Entry:
    """A link in the desk's navigation, shown to whoever holds `permission` in some campaign.

    `label` translates itself when it is shown. Lower `position` stands further left.
    """

    endpoint: str
    label: object
    permission: Permission
    position: int = 50


def add_entry(app: Flask, entry: Entry) -> None:
    """Put a link into the desk's navigation (from a feature's `init_app`)."""
    app.extensions.setdefault(ENTRIES, []).append(entry)


def entries_for(organiser: Organiser) -> list[Entry]:
    """The links the organiser may see, in order."""
    entries: list[Entry] = current_app.extensions.get(ENTRIES, [])
    return [entry for entry in sorted(entries, key=lambda each: each.position) if reach_of(organiser, entry.permission)]


def add_panel(app: Flask, panel: Panel) -> None:
    """Put a panel on the start page (from a feature's `init_app`)."""
    app.extensions.setdefault(EXTENSION, []).append(panel)


def panels_for(organiser: Organiser) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Template and content of each panel the organiser may see, in order."""
    panels: list[Panel] = current_app.extensions.get(EXTENSION, [])
    for panel in sorted(panels, key=lambda each: each.position):
        held = reach_of(organiser, panel.permission)
        if held:
            yield panel.template, panel.load(held)
