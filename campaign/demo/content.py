"""The demo campaign: #FreeViasna, told from published facts (2022), in our own words."""

from __future__ import annotations

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

PRISONERS = (
    (
        "ales-bialiatski",
        "Ales Bialiatski",
        "Chair of the Human Rights Center Viasna. Nobel Peace Prize 2022.",
    ),
    (
        "valiantsin-stefanovic",
        "Valiantsin Stefanovic",
        "Vice-president of the International Federation for Human Rights (FIDH).",
    ),
    (
        "uladzimir-labkovich",
        "Uladzimir Labkovich",
        "Worked for the campaign Human Rights Defenders for Free Elections.",
    ),
    ("marfa-rabkova", "Marfa Rabkova", "Led Viasna's volunteer service."),
    ("andrei-chapiuk", "Andrei Chapiuk", "A volunteer of Viasna."),
    ("leanid-sudalenka", "Leanid Sudalenka", "Led the Homiel branch of Viasna."),
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
