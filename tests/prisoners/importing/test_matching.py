"""Who a row is about, and when that is for a human to say."""

import pytest

from campaign.prisoners.importing.matching import key_of
from campaign.prisoners.importing.record import Doubtful
from campaign.prisoners.importing.survey import Survey
from tests.databases import on_sqlite
from tests.prisoners.importing.bringing import List, open_doubts, record, tables
from tests.prisoners.people import made


@pytest.fixture
def watch(app):
    return List(app)


def outcomes(seen):
    return [each.outcome.value for each in seen]


def codes(seen):
    return [[reason.code for reason in each.reasons] for each in seen]


def test_an_id_names_somebody_whatever_the_name_is_now(watch):
    watch.bring(record(1, "Maryna Zolak", key="7", born="1980"))
    assert watch.bring(record(1, "Marina Zolak-Hrom", key="7", born="1980", names=("Maryna Zolak",))) == {"changed": 1}
    assert watch.person("maryna-zolak")["names"] == ["Maryna Zolak", "Marina Zolak-Hrom"]
    assert watch.slugs() == ["maryna-zolak"]


def test_an_id_that_was_given_to_somebody_else_is_doubtful(watch):
    watch.bring(record(1, "Maryna Zolak", key="7", born="1980"))
    watch.bring(record(1, "Piotr Hrom", key="7", born="1955"))
    assert watch.reasons() == [["same_id_other_name"]]
    watch.decide(0, "new")
    assert watch.slugs() == ["maryna-zolak", "piotr-hrom"]
    assert watch.bring(record(1, "Piotr Hrom", key="7", born="1955", gender="male")) == {"changed": 1}
    assert watch.person("piotr-hrom")["gender"] == "male"


def test_without_ids_the_name_and_the_birth_date_are_the_key():
    assert key_of(record(1, "Zolak, MARYNA")) == key_of(record(2, "Maryna Zolak"))
    assert key_of(record(1, "Maryna Zolak", born="1980")) != key_of(record(1, "Maryna Zolak"))
    assert len(key_of(record(1, "x" * 200, key="k" * 900))) <= 250


def test_without_ids_a_birth_date_that_becomes_known_is_no_doubt(watch):
    watch.bring(record(1, "Maryna Zolak"))
    assert watch.bring(record(1, "Maryna Zolak", born="1980")) == {"changed": 1}
    assert watch.bring(record(1, "Maryna Zolak", born="1980-05-17")) == {"changed": 1}
    assert watch.bring(record(1, "Maryna Zolak", born="1980-05-17")) == {"unchanged": 1}
    assert watch.person("maryna-zolak")["born"] == "1980-05-17"


def test_one_page_with_two_ids_leaves_both_rows_to_a_human(watch):
    page = "https://watch.example/1"
    rows = record(1, "Maryna Zolak", key="1", url=page), record(2, "Piotr Hrom", key="2", url=page)
    assert watch.bring(*rows) == {"doubtful": 2}
    assert watch.reasons() == [["same_url_in_file"], ["same_url_in_file"]]
    assert watch.slugs() == []


def test_a_page_that_has_another_id_here_is_doubtful(watch):
    page = "https://watch.example/1"
    watch.bring(record(1, "Maryna Zolak", key="1", url=page))
    assert watch.bring(record(1, "Maryna Zolak", key="2", url=page)) == {"doubtful": 1}
    assert watch.reasons() == [["same_url"]]


def test_a_page_without_ids_names_the_person_under_a_new_spelling(watch):
    page = "https://watch.example/1"
    watch.bring(record(1, "Maryna Zolak", url=page))
    assert watch.bring(record(1, "Maryna Zolakova", url=page, names=("Maryna Zolak",))) == {"changed": 1}
    assert watch.bring(record(1, "Maryna Zolakova", url=page, names=("Maryna Zolak",))) == {"unchanged": 1}
    assert watch.slugs() == ["maryna-zolak"]


def test_another_list_with_the_same_page_means_the_same_person(app, watch):
    page = "https://watch.example/1"
    watch.bring(record(1, "Maryna Zolak", key="1", url=page))
    assert List(app, "other").bring(record(1, "Maryna ZOLAK", key="a", url=page, gender="female")) == {"changed": 1}
    assert watch.person("maryna-zolak")["gender"] == "female"


def test_the_same_name_with_a_fitting_birth_date_is_the_same_person(app, watch):
    made(app, "Maryna Zolak", born="1980-05-17")
    assert watch.bring(record(1, "ZOLAK Maryna", key="1", born="1980")) == {"changed": 1}
    assert watch.slugs() == ["maryna-zolak"]


@pytest.mark.parametrize(
    ("here", "said", "code"),
    [("1980", "1981-02-03", "other_birth_date"), (None, "1980", "no_birth_date"), ("1980", None, "no_birth_date")],
)
def test_the_same_name_alone_decides_nothing(app, watch, here, said, code):
    made(app, "Maryna Zolak", born=here)
    assert watch.bring(record(1, "Maryna Zolak", key="1", born=said)) == {"doubtful": 1}
    assert watch.reasons() == [[code]]
    assert watch.slugs() == ["maryna-zolak"]


def test_two_here_who_both_fit_are_doubtful(app, watch):
    made(app, "Maryna Zolak", born="1980")
    made(app, "Maryna Zolak", born="1980-05")
    watch.bring(record(1, "Maryna Zolak", born="1980-05-17", key="1"))
    assert watch.reasons() == [["several"]]


def test_the_same_name_under_another_id_of_the_list_is_doubtful(watch):
    watch.bring(record(1, "Maryna Zolak", key="1", born="1980"))
    assert watch.bring(record(1, "Maryna Zolak", key="2", born="1980")) == {"doubtful": 1}
    assert watch.reasons() == [["same_name_other_id"]]


def test_a_name_twice_in_one_list_leaves_both_rows_to_a_human(watch):
    assert watch.bring(record(1, "Maryna Zolak"), record(2, "Zolak Maryna")) == {"doubtful": 2}
    assert watch.reasons() == [["same_name_in_file"], ["same_name_in_file"]]


def test_a_name_with_two_birth_dates_in_one_list_leaves_both_rows_to_a_human(watch):
    rows = record(1, "Maryna Zolak", key="1", born="1980"), record(2, "Maryna Zolak", key="2", born="1955")
    assert watch.bring(*rows) == {"doubtful": 2}
    assert watch.reasons() == [["other_birth_date_in_file"], ["other_birth_date_in_file"]]


def test_a_doubt_does_not_depend_on_the_chunk_in_which_the_other_row_stands(watch):
    rows = record(1, "Maryna Zolak"), record(2, "Piotr Hrom"), record(3, "Maryna Zolak")
    assert watch.bring(*rows, chunk=1) == {"doubtful": 2, "new": 1}


def test_an_id_twice_in_one_list_is_doubtful_even_if_it_is_known(watch):
    watch.bring(record(1, "Maryna Zolak", key="1"))
    again = record(1, "Maryna Zolak", key="1"), record(2, "Maryna Zolak", key="1", gender="female")
    assert watch.bring(*again) == {"unchanged": 1, "doubtful": 1}
    assert "same_id_in_file" in watch.reasons()[0]


@on_sqlite
@pytest.mark.parametrize("name", ["Maryna and Piotr Zolak", "Maryna Zolak; Piotr Hrom", "Марына і Пётр и Золак"])
def test_a_name_that_holds_two_people_is_doubtful(watch, name):
    assert watch.bring(record(1, name)) == {"doubtful": 1}
    assert watch.reasons() == [["two_people"]]


@on_sqlite
def test_what_reading_doubted_is_doubtful(watch):
    odd = record(1, "Maryna Zolak", key="1", doubts=(Doubtful("impossible_date", {"value": "1954-02-29"}),))
    assert watch.bring(odd) == {"doubtful": 1}
    assert watch.reasons() == [["impossible_date"]]


def test_two_rows_that_would_be_one_person_are_doubtful(app, watch):
    made(app, "Maryna Zolak", names=("Марына Золакава",), born="1980")
    rows = record(1, "Maryna Zolak", key="1", born="1980"), record(2, "Марына Золакава", key="2", born="1980")
    assert watch.bring(*rows) == {"doubtful": 2}
    assert watch.reasons() == [["same_person_twice"], ["same_person_twice"]]


def test_looking_writes_nothing_and_says_what_bringing_does(app, watch):
    made(app, "Piotr Hrom", born="1980")
    rows = [record(1, "Maryna Zolak"), record(2, "Piotr Hrom"), record(3, "Alena Bor", key="3")]
    before = tables(app)
    seen = watch.look(*rows)
    assert tables(app) == before
    assert outcomes(seen) == ["new", "doubtful", "new"]
    watch.bring(*rows)
    assert outcomes(watch.seen) == outcomes(seen)
    assert codes(watch.seen) == codes(seen)
    assert open_doubts(app) == 1


def test_a_survey_names_the_rows_that_share_something():
    rows = [record(n, "Maryna Zolak", key=str(n)) for n in range(1, 9)]
    survey = Survey.of(rows)
    assert survey.rows == 8
    assert survey.name_rows(rows[0]) == "1, 2, 3, 4, 5, …"
    assert survey.key_rows(rows[0]) == ""
    assert survey.url_rows(rows[0]) == ""
