"""What an import tells at its end: how many rows of each kind, what changed, what waits, what was refused and why."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Self

import click

from campaign.kit.csv_cells import guard
from campaign.prisoners import import_words
from campaign.prisoners.importing.comparing import Outcome
from campaign.prisoners.importing.running import Seen

_MOST_SHOWN = 20
_IN_MEMORY = 1 << 18
_TOLD_IN_FULL = (Outcome.DOUBTFUL, Outcome.REFUSED)
_HEADER = ("row", "name", "outcome", "field", "before", "after", "reason")


class Findings:
    """Counts rows and keeps what is to be told: on disk if it is much, for a list may be long and bad."""

    def __init__(self, report: Path | None) -> None:
        """With `report`, also write each row to this file."""
        self.counts: Counter[Outcome] = Counter()
        self._report = report
        self._csv: Any = None
        self._told: dict[Outcome, IO[str]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Open the report. Raises `click.ClickException`."""
        with ExitStack() as opened:
            for outcome in (Outcome.NEW, Outcome.CHANGED, *_TOLD_IN_FULL):
                self._told[outcome] = opened.enter_context(SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8"))
            if self._report is not None:
                self._csv = csv.writer(opened.enter_context(_opened(self._report)))
                self._csv.writerow(_HEADER)
            self._open = opened.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self._open.close()

    def add(self, seen: Iterable[Seen]) -> None:
        """Take what became of some rows."""
        for each in seen:
            self.counts[each.outcome] += 1
            reasons = [import_words.reason(reason.code, reason.values) for reason in each.reasons]
            if each.outcome in _TOLD_IN_FULL or (
                each.outcome in {Outcome.NEW, Outcome.CHANGED} and self.counts[each.outcome] <= _MOST_SHOWN
            ):
                self._told[each.outcome].writelines(_lines(each, reasons))
            if self._csv is not None:
                self._csv.writerows([guard(cell) for cell in row] for row in _rows(each, reasons))

    def demand_some(self) -> None:
        """Raises `click.ClickException` if not one row could be read."""
        if self.counts.total() == self.counts[Outcome.REFUSED]:
            raise click.ClickException("Not one row could be read.")

    def tell(self, would: str) -> None:
        """Print it. `would` goes before what was, or would be, done."""
        for outcome in (Outcome.NEW, Outcome.CHANGED, *_TOLD_IN_FULL):
            if not self.counts[outcome]:
                continue
            click.echo(f"\n{import_words.OUTCOMES[outcome]}:")
            self._told[outcome].seek(0)
            for line in self._told[outcome]:
                click.echo(line, nl=False)
            more = 0 if outcome in _TOLD_IN_FULL else self.counts[outcome] - _MOST_SHOWN
            if more > 0:
                click.echo(f"  … and {more} more")
        words = {
            Outcome.NEW: f"{would}new",
            Outcome.CHANGED: f"{would}changed",
            Outcome.UNCHANGED: "unchanged",
            Outcome.DOUBTFUL: f"{would}doubtful",
            Outcome.REFUSED: "refused",
        }
        parts = [f"{self.counts[outcome]} {word}" for outcome, word in words.items()]
        if left_out := self.counts[Outcome.LEFT_OUT]:
            parts.append(f"{left_out} left out, as decided before")
        click.echo(f"\n{sum(self.counts.values())} rows: {', '.join(parts)}.")
        if self.counts[Outcome.DOUBTFUL] and not would:
            click.echo("Doubtful rows wait at /admin/prisoners/doubts.")


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise click.ClickException(f"{path} could not be written: {error.strerror}.") from error


def _lines(seen: Seen, reasons: list[str]) -> Iterator[str]:
    yield f"  row {seen.row}: {seen.name or '–'}\n"
    for delta in seen.deltas:
        yield f"      {import_words.field(delta.field)}: {delta.before or '–'} → {delta.after}\n"
    for reason in reasons:
        yield f"      {reason}\n"


def _rows(seen: Seen, reasons: list[str]) -> Iterator[tuple[str, ...]]:
    start = (str(seen.row), seen.name, seen.outcome.value)
    for delta in seen.deltas:
        yield (*start, delta.field, delta.before, delta.after, "")
    for reason in reasons:
        yield (*start, "", "", "", reason)
    if not (seen.deltas or reasons):
        yield (*start, "", "", "", "")
