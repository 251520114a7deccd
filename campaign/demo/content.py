"""The demo campaign: #FreeViasna, told from published facts (2022), in our own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaign.facilities.models import FacilityKind
from campaign.prisoners.models import EventKind, Gender

BEGINNING = date(2022, 9, 30)
"""What is told here was known by then, in the campaign's first month."""

CAMPAIGN = {
    "slug": "free-viasna",
    "name": "#FreeViasna",
    "title": "#FreeViasna",
    "summary": (
        "In September 2022 the Human Rights Center Viasna in Belarus started this campaign of solidarity with "
        "its own imprisoned "
        "members. They documented arrests, observed elections and helped the families of prisoners; for that they were "
        "put in prison themselves.\n\n"
        "*This site is a demonstration. It shows what was known when the campaign began; for today's news ask Viasna.*"
    ),
    "risky_countries": ["BY", "RU"],
}


@dataclass(frozen=True, slots=True)
class Told:
    """A public event as the demo tells it: a day (partial dates allowed), words, and where they come from."""

    kind: EventKind
    day: str
    text: str
    source: str
    url: str
    as_of: date = BEGINNING
    details: dict[str, Any] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A prisoner of the demo. `names` are English, Belarusian in Cyrillic and in Łacinka, Russian."""

    slug: str
    names: tuple[str, str, str, str]
    gender: Gender
    about: str
    events: tuple[Told, ...]
    born: str | None = None

    @property
    def name(self) -> str:
        """The name in English."""
        return self.names[0]


NAME_LANGUAGES = (("en", "main"), ("be", "main"), ("be", "transliteration"), ("ru", "main"))
VIASNA, VIASNA_URL = "Human Rights Center Viasna", "https://spring96.org/en"
RECOGNITION = (VIASNA, "political prisoner", "https://prisoners.spring96.org/en")
PRETRIAL = "pre-trial-centre-1-minsk"

_SMUGGLING = {"code": "228", "text": "Article 228, part 4: smuggling by an organised group"}
_FINANCING = {"code": "342", "text": "Article 342, part 2: financing group actions that grossly violate public order"}
_PREPARING = {"code": "342", "text": "Article 342, parts 1 and 2: organising and preparing such group actions"}
_RIOTS = {"code": "293", "text": "Article 293: mass riots"}
_ORGANISATION = {"code": "285", "text": "Article 285: a criminal organisation"}


def _of_july_2021() -> tuple[Told, ...]:
    """Three of them were arrested in one day and stand in one case."""
    return (
        Told(
            EventKind.ARREST,
            "2021-07-14",
            "Arrested on a day of searches at the homes and offices of human rights defenders all over Belarus.",
            VIASNA,
            VIASNA_URL,
            place=PRETRIAL,
        ),
        Told(
            EventKind.CHARGE,
            "2022-09",
            "An earlier charge of tax evasion is replaced by smuggling and the financing of protests.",
            VIASNA,
            VIASNA_URL,
            details={"articles": [_SMUGGLING, _FINANCING]},
        ),
    )


PRISONERS = (
    Person(
        "ales-bialiatski",
        ("Ales Bialiatski", "Алесь Бяляцкі", "Aleś Bialacki", "Алесь Беляцкий"),
        Gender.MALE,
        "Chair of the Human Rights Center Viasna. Nobel Peace Prize 2022.",
        (
            *_of_july_2021(),
            Told(
                EventKind.AWARD,
                "2022-10-07",
                "The Nobel Peace Prize 2022, with Memorial (Russia) and the Center for Civil Liberties (Ukraine).",
                "The Norwegian Nobel Committee",
                "https://www.nobelprize.org/prizes/peace/2022/summary/",
                as_of=date(2022, 10, 7),
            ),
        ),
        born="1962-09-25",
    ),
    Person(
        "valiantsin-stefanovic",
        ("Valiantsin Stefanovic", "Валянцін Стэфановіч", "Valancin Stefanovič", "Валентин Стефанович"),
        Gender.MALE,
        "Vice-president of the International Federation for Human Rights (FIDH).",
        _of_july_2021(),
    ),
    Person(
        "uladzimir-labkovich",
        ("Uladzimir Labkovich", "Уладзімір Лабковіч", "Uładzimir Łabkovič", "Владимир Лабкович"),
        Gender.MALE,
        "Worked for the campaign Human Rights Defenders for Free Elections.",
        _of_july_2021(),
    ),
    Person(
        "marfa-rabkova",
        ("Marfa Rabkova", "Марфа Рабкова", "Marfa Rabkova", "Марфа Рабкова"),
        Gender.FEMALE,
        "Led Viasna's volunteer service.",
        (
            Told(EventKind.ARREST, "2020-09-17", "Arrested in Minsk.", VIASNA, VIASNA_URL),
            Told(
                EventKind.VERDICT,
                "2022-09-06",
                "The Minsk City Court sentences her to 15 years, after a trial behind closed doors.",
                VIASNA,
                VIASNA_URL,
                details={
                    "articles": [_RIOTS, _ORGANISATION],
                    "sentence": {"kind": "prison", "text": "15 years", "months": 180},
                },
            ),
        ),
        born="1995-01-06",
    ),
    Person(
        "andrei-chapiuk",
        ("Andrei Chapiuk", "Андрэй Чапюк", "Andrej Čapiuk", "Андрей Чепюк"),
        Gender.MALE,
        "A volunteer of Viasna.",
        (
            Told(EventKind.ARREST, "2020-10-02", "Arrested in Minsk.", VIASNA, VIASNA_URL),
            Told(
                EventKind.VERDICT,
                "2022-09-06",
                "The Minsk City Court sentences him to 6 years, after a trial behind closed doors.",
                VIASNA,
                VIASNA_URL,
                details={
                    "articles": [_RIOTS, _ORGANISATION],
                    "sentence": {"kind": "prison", "text": "6 years", "months": 72},
                },
            ),
        ),
    ),
    Person(
        "leanid-sudalenka",
        ("Leanid Sudalenka", "Леанід Судаленка", "Leanid Sudalenka", "Леонид Судаленко"),
        Gender.MALE,
        "Led the Homiel branch of Viasna.",
        (
            Told(EventKind.ARREST, "2021-01-18", "Arrested in Homiel.", VIASNA, VIASNA_URL),
            Told(
                EventKind.VERDICT,
                "2021-11-03",
                "A court in Homiel sentences him to 3 years in a penal colony.",
                VIASNA,
                VIASNA_URL,
                details={
                    "articles": [_PREPARING],
                    "sentence": {"kind": "prison", "text": "3 years", "months": 36},
                },
            ),
        ),
        born="1966-09-27",
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A facility of the demo; names by language, and the address if one was published."""

    slug: str
    kind: FacilityKind
    names: tuple[tuple[str, str], ...]
    address: str = ""
    letter_languages: tuple[str, ...] = ("be", "ru")


FACILITIES = (
    Place(
        PRETRIAL,
        FacilityKind.PRETRIAL,
        (
            ("en", "Pre-trial detention centre No. 1, Minsk"),
            ("be", "СІЗА №1, Мінск"),
            ("ru", "СИЗО №1, Минск"),
        ),
    ),
    Place(
        "colony-4-homiel",
        FacilityKind.COLONY,
        (("en", "Penal colony No. 4, Homiel"), ("be", "ПК №4, Гомель"), ("ru", "ИК №4, Гомель")),
        address="ИК №4\nул. Антошкина 3\n246035 Гомель\nREPUBLIC OF BELARUS",
    ),
)

HOSTILE_REASON = (
    "Represents the state that holds the prisoners. In Belarus people were jailed for far less than a "
    "signature, so this recipient gets "
    "numbers and countries, never a name."
)

RECIPIENTS = (
    ("Dzianis Sidarenka", "Ambassador", "Embassy of the Republic of Belarus in Germany"),
    ("René M. Schröder", "Honorary consul", "Republic of Belarus"),
    ("Frank Kossick", "Honorary consul", "Republic of Belarus"),
)

PETITION = {
    "slug": "free-viasna",
    "goal": 10_000,
    "title": "Free the imprisoned human rights defenders of Viasna",
    "body": (
        "To the representatives of the Republic of Belarus\n\n"
        "For a quarter of a century the people of Viasna did what every society needs somebody to do: they "
        "wrote down who was "
        "arrested and why, sat through trials, watched over the counting of votes, and stood by the families of "
        "those who were taken away. None of that is a crime.\n\n"
        "Ales Bialiatski, Valiantsin Stefanovic, Uladzimir Labkovich, Marfa Rabkova, Andrei Chapiuk and Leanid "
        "Sudalenka are in "
        "prison because they did this work. So are hundreds of others who said aloud what they thought.\n\n"
        "**We ask you to pass on to your government that we expect it**\n\n"
        "- to release the members of Viasna and all political prisoners, at once and without conditions;\n"
        "- until then to let them see a doctor, a lawyer and their families, and to hand over their letters;\n"
        "- to let human rights defenders work without fear of prison.\n\n"
        "We do not forget them. We will keep asking, in public, until the last of them is home."
    ),
}
