"""Writing what a list in our own form says: profiles and facilities come back as they were.

Created and changed times, retracted and internal events, consent, hiding and what other lists said are restored. Who
wrote it is whoever restores it; the history of fields is not part of a list.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from campaign.db.base import Base, table_of
from campaign.db.bulk import new_ids
from campaign.kit.scripts import script_of
from campaign.prisoners import documents, service
from campaign.prisoners.importing.own_checks import day_of, moment_of
from campaign.prisoners.importing.own_comparing import Comparison, Difference, How, Outcome
from campaign.prisoners.models import (
    Change,
    Designation,
    Event,
    EventKind,
    EventText,
    Identifier,
    OldSlug,
    Portrait,
    PortraitFile,
    Prisoner,
    PrisonerName,
    PrisonerText,
    campaign_prisoners,
)
from campaign.prisoners.service import Act, NewEvent
from campaign.vault import Vault

Document = Mapping[str, Any]
Values = dict[str, Any]
_NO_FINGERPRINT = bytes(16)
_OWN_HISTORY = frozenset({"events", "hidden", "identifiers", "portrait"})
"""Fields that tell their history themselves, or hold what belongs in none."""


def restore(
    session: Session, vault: Vault, compared: Sequence[Comparison], act: Act, *, decided: bool = False
) -> list[int]:
    """Write the new and the changed; the ids of their profiles. Doubtful ones wait, unless a human `decided`."""
    writer = _Writer(session, vault, act)
    chosen = [each for each in compared if decided or each.outcome in {Outcome.NEW, Outcome.CHANGED}]
    ids = writer.add([each for each in chosen if each.prisoner_id is None])
    for each in chosen:
        if each.prisoner_id is not None and each.differences:
            writer.change(each.prisoner_id, each.differences)
            ids.append(each.prisoner_id)
    writer.flush()
    service.refresh(session, ids, act)
    return ids


class _Writer:
    """Writes profiles of one transaction. Rows are gathered by table and go in with a statement each."""

    def __init__(self, session: Session, vault: Vault, act: Act) -> None:
        self.session, self.vault, self.act = session, vault, act
        connection = session.connection()
        self.facilities = {slug: i for i, slug in documents.facility_slugs(connection).items()}
        rows = connection.execute(select(documents.campaigns.c.slug, documents.campaigns.c.id))
        self.campaigns: dict[str, int] = {row.slug: row.id for row in rows}
        self.rows: dict[Table, list[Values]] = {}
        self.events: list[tuple[int, Document]] = []

    def add(self, compared: Sequence[Comparison]) -> list[int]:
        """New profiles."""
        if not compared:
            return []
        documents_ = [each.record.own or {} for each in compared]
        slugs = self._free([own["slug"] for own in documents_])
        ids = new_ids(self.session.connection(), table_of(Prisoner), len(compared))
        people = [self._person(i, slug, own) for i, slug, own in zip(ids, slugs, documents_, strict=True)]
        self.session.execute(insert(table_of(Prisoner)), people)
        for prisoner_id, own, each in zip(ids, documents_, compared, strict=True):
            self._facts(prisoner_id, own)
            self._log(prisoner_id, own, each)
            self._gather(Change, service.note_row(prisoner_id, "restored", "", own["slug"], self.act))
        return ids

    def change(self, prisoner_id: int, differences: Sequence[Difference]) -> None:
        """What a known profile's list says anew."""
        prisoner = self.session.get_one(Prisoner, prisoner_id)
        for each in differences:
            if each.field not in _OWN_HISTORY:
                service.note(self.session, prisoner_id, each.path[:40], each.before, each.after, self.act)
            self._change(prisoner, each)
        service.touch(prisoner, self.act)

    def flush(self) -> None:
        """Write what was gathered."""
        self.session.flush()
        ids = new_ids(self.session.connection(), table_of(Event), len(self.events)) if self.events else []
        for event_id, (prisoner_id, event) in zip(ids, self.events, strict=True):
            self._gather_event(event_id, prisoner_id, event)
        for table, rows in self.rows.items():
            self.session.execute(insert(table), rows)
        self.rows, self.events = {}, []

    # -----------------------------------------------------------------------------------------------------------------

    def _free(self, wanted: Sequence[str]) -> list[str]:
        """The slugs as they are; only where a human decided on a new person, one that is taken gets a number."""
        taken = {
            slug
            for column in (Prisoner.slug, OldSlug.slug)
            for slug in self.session.scalars(select(column).where(column.in_(wanted)))
        }
        return [service.free_slug(self.session, slug) if slug in taken else slug for slug in wanted]

    def _gather(self, model: type[Base] | Table, values: Values) -> None:
        table = model if isinstance(model, Table) else table_of(model)
        self.rows.setdefault(table, []).append(values)

    def _person(self, prisoner_id: int, slug: str, own: Document) -> Values:
        return {
            "id": prisoner_id,
            "slug": slug,
            "name": own["names"][0]["name"],
            "sort_as": own.get("sort_as", ""),
            "gender": own.get("gender", ""),
            "country": own.get("country", ""),
            "born": own.get("born"),
            "family_consent": own.get("family_consent", "unknown"),
            "family_consent_on": day_of(own.get("family_consent_on")),
            "hidden_at": self.act.now if own.get("hidden") else None,
            "created_at": moment_of(own.get("created_at")) or self.act.now,
            "updated_at": moment_of(own.get("updated_at")) or self.act.now,
        }

    def _facts(self, prisoner_id: int, own: Document) -> None:
        owner = {"prisoner_id": prisoner_id}
        for position, each in enumerate(_different(own["names"])):
            self._gather(PrisonerName, owner | _name(each, position))
        for language, text in own.get("about", {}).items():
            self._gather(PrisonerText, owner | {"language": language, "about": text})
        for each in own.get("designations", ()):
            self._gather(Designation, owner | _designation(each))

    def _log(self, prisoner_id: int, own: Document, compared: Comparison) -> None:
        """What is told of a new profile by and to others. What belongs to somebody else already is left out."""
        doubtful = {doubt.code for doubt in compared.doubts}
        taken = self._taken_events(own) if "event_of_another" in doubtful else set()
        for event in own.get("events", ()):
            if event["uid"] not in taken:
                taken.add(event["uid"])
                self.events.append((prisoner_id, event))
        if "slug_of_another" not in doubtful:
            for slug in sorted(set(own.get("old_slugs", ()))):
                self._gather(OldSlug, {"slug": slug, "prisoner_id": prisoner_id})
        if "identifier_of_another" not in doubtful:
            for each in own.get("identifiers", ()):
                self._gather(Identifier, {"prisoner_id": prisoner_id} | self._identifier(each))
        for slug, position in own.get("campaigns", {}).items():
            if slug not in compared.unlinked:
                self._link(prisoner_id, slug, position)
        if (portrait := own.get("portrait")) and portrait.get("files"):
            self.session.add(self._portrait(prisoner_id, portrait))

    def _taken_events(self, own: Document) -> set[str]:
        uids = [bytes.fromhex(event["uid"]) for event in own.get("events", ())]
        return {uid.hex() for uid in self.session.scalars(select(Event.uid).where(Event.uid.in_(uids)))}

    def _change(self, prisoner: Prisoner, each: Difference) -> None:
        write = getattr(self, f"_write_{each.field}", None)
        if write is not None:
            write(prisoner, each)
        else:
            setattr(prisoner, each.field, each.after)

    def _write_about(self, prisoner: Prisoner, each: Difference) -> None:
        for text in prisoner.texts:
            if text.language == each.part:
                text.about = each.after
                return
        prisoner.texts.append(PrisonerText(language=each.part, about=each.after))

    def _write_campaigns(self, prisoner: Prisoner, each: Difference) -> None:
        self._link(prisoner.id, each.part, each.after)

    def _write_designations(self, prisoner: Prisoner, each: Difference) -> None:
        if each.before is not None:
            for row in prisoner.designations:
                if (row.organisation, row.term) == (each.after["organisation"], each.after.get("term", "")):
                    row.since, row.url = each.after.get("since"), each.after.get("url", "")
                    return
        prisoner.designations.append(Designation(**_designation(each.after)))

    def _write_events(self, prisoner: Prisoner, each: Difference) -> None:
        """Add it, or retract it as the list did. An event whose words differ stays as it is, whatever was decided."""
        if each.before is None:
            self.events.append((prisoner.id, each.after))
        elif each.how is How.SET:
            row = self.session.scalars(select(Event).where(Event.uid == bytes.fromhex(each.after["uid"]))).one()
            for name, value in self._retracted(each.after["retracted"]).items():
                setattr(row, name, value)

    def _write_family_consent_on(self, prisoner: Prisoner, each: Difference) -> None:
        prisoner.family_consent_on = day_of(each.after)

    def _write_hidden(self, prisoner: Prisoner, each: Difference) -> None:
        (service.hide if each.after else service.show)(self.session, prisoner, self.act)

    def _write_identifiers(self, prisoner: Prisoner, each: Difference) -> None:
        values = self._identifier(each.after)
        if each.before is None:
            self.session.add(Identifier(prisoner_id=prisoner.id, **values))
            return
        mark = (Identifier.list_name == values["list_name"], Identifier.key == values["key"])
        self.session.execute(update(Identifier).where(*mark).values(values))

    def _write_names(self, prisoner: Prisoner, each: Difference) -> None:
        prisoner.names.append(PrisonerName(**_name(each.after, len(prisoner.names))))

    def _write_old_slugs(self, prisoner: Prisoner, each: Difference) -> None:
        self.session.add(OldSlug(slug=each.after, prisoner_id=prisoner.id))

    def _write_portrait(self, prisoner: Prisoner, each: Difference) -> None:
        if prisoner.portrait is not None:
            self.session.delete(prisoner.portrait)
            self.session.flush()
        self.session.add(self._portrait(prisoner.id, each.after))

    def _gather_event(self, event_id: int, prisoner_id: int, event: Document) -> None:
        uid, public = bytes.fromhex(event["uid"]), event.get("public", True)
        texts, details = event.get("texts", {}), dict(event.get("details", {}))
        if (facility_id := self.facilities.get(event.get("facility", ""))) is not None:
            details = {"facility": facility_id} | details
        words: Values = {"source": event.get("source", ""), "url": event.get("url", ""), "details": details}
        new = NewEvent(EventKind(event["kind"]), public=public, texts=texts, **words)
        values = {
            "id": event_id,
            "uid": uid,
            "prisoner_id": prisoner_id,
            "batch_id": self.act.batch_id,
            "kind": event["kind"],
            "day": event.get("date"),
            "as_of": day_of(event.get("as_of")),
            "public": public,
            "sealed": None if public else service.seal_words(self.vault, uid, new),
            "created_at": moment_of(event.get("added_at")) or self.act.now,
            "actor": self.act.actor,
        }
        kept = words if public else {"source": "", "url": "", "details": {}}
        self._gather(Event, values | kept | self._retracted(event.get("retracted")))
        for language, text in texts.items() if public else ():
            self._gather(EventText, {"event_id": event_id, "language": language, "text": text})

    def _retracted(self, retracted: Document | None) -> Values:
        if retracted is None:
            return {"retracted_at": None, "retracted_by": "", "retracted_why": ""}
        return {
            "retracted_at": moment_of(retracted["at"]),
            "retracted_by": self.act.actor,
            "retracted_why": retracted.get("why", ""),
        }

    def _link(self, prisoner_id: int, slug: str, position: int) -> None:
        link = {"campaign_id": self.campaigns[slug], "prisoner_id": prisoner_id, "position": position}
        self._gather(campaign_prisoners, link)

    def _identifier(self, each: Document) -> Values:
        return {
            "list_name": each["list"],
            "key": each["key"],
            "url": each.get("url", ""),
            "record": each.get("record", {}),
            "fingerprint": bytes.fromhex(each["fingerprint"]) if "fingerprint" in each else _NO_FINGERPRINT,
            "seen_at": moment_of(each.get("seen_at")) or self.act.now,
        }

    def _portrait(self, prisoner_id: int, portrait: Document) -> Portrait:
        return Portrait(
            prisoner_id=prisoner_id,
            version=portrait["version"],
            width=portrait["width"],
            height=portrait["height"],
            author=portrait.get("author", ""),
            licence=portrait.get("licence", ""),
            url=portrait.get("url", ""),
            consent=portrait.get("consent", "unknown"),
            alts=portrait.get("alts", {}),
            created_at=moment_of(portrait.get("created_at")) or self.act.now,
            actor=self.act.actor,
            files=[
                PortraitFile(size=each["size"], format=each["format"], content=base64.b64decode(each["content"]))
                for each in portrait["files"]
            ],
        )


def _name(each: Document, position: int) -> Values:
    return {
        "name": each["name"],
        "language": each.get("language", ""),
        "script": each.get("script") or script_of(each["name"]),
        "kind": each.get("kind", "main"),
        "position": position,
    }


def _different(names: Sequence[Document]) -> list[Document]:
    """Without a name that stands twice."""
    return list({(n["name"], n.get("language", ""), n.get("kind", "main")): n for n in reversed(names)}.values())[::-1]


def _designation(each: Document) -> Values:
    return {
        "organisation": each["organisation"],
        "term": each.get("term", ""),
        "since": each.get("since"),
        "url": each.get("url", ""),
    }
