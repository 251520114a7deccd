"""A form has a handful of fields; one with a million costs nobody anything but its sender."""

import pytest

from campaign.web.bounded_form import URLENCODED
from tests.browsing import FIELDS, PATH, hidden_fields


@pytest.mark.parametrize("body", ["a&" * 1_000_000, "=&" * 200, "&" * 200, "given_name=Jo" + "&a=b" * 200])
def test_a_form_with_very_many_fields_is_refused_before_it_is_taken_apart(client, body):
    answer = client.post(PATH, data=body, content_type=URLENCODED)
    assert answer.status_code == 413
    assert "too much" in answer.text


def test_the_login_is_bounded_too(client):
    assert client.post("/admin/login", data="a&" * 1000, content_type=URLENCODED).status_code == 413


def test_an_ordinary_form_and_one_of_several_parts_pass(client):
    fields = FIELDS | hidden_fields(client.get(PATH).text)
    assert client.post(PATH, data=fields).status_code == 303
    fields |= {"email": "other@example.org"}
    assert client.post(PATH, data=fields, content_type="multipart/form-data").status_code == 303


@pytest.mark.parametrize("path", [PATH, "/admin/login"])
def test_a_part_without_a_name_is_no_field(client, path):
    body = b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"
    answer = client.post(path, data=body, content_type="multipart/form-data; boundary=a")
    assert 400 <= answer.status_code < 500
