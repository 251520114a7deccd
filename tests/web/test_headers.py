"""What every answer says; the policy itself is looked at in a real browser and in `tests/test_routes.py`."""

import re

import pytest
from flask import Response

from campaign.web.headers import KEPT_BY_OTHERS, keep
from tests.browsing import PATH


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/admin", "/admin/"),
        (PATH.replace("/free", "//free") + "?lang=en", f"{PATH}?lang=en"),
        ("/static////other.example/", "/static/other.example/"),
    ],
)
def test_a_redirect_names_no_host_so_that_nobody_can_choose_it_and_tls_is_kept(client, asked, location):
    answer = client.get("http://evil.example" + asked)
    assert answer.status_code == 308
    assert answer.headers["Location"] == location
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("seconds", [1, 2, 5, 10, 30, KEPT_BY_OTHERS])
def test_what_may_name_a_prisoner_is_kept_by_others_for_their_part_of_a_minute(seconds):
    control = keep(Response(), seconds).headers["Cache-Control"]
    assert f"max-age={seconds}," in control
    assert sum(map(int, re.findall(r"=(\d+)", control))) == KEPT_BY_OTHERS


def test_nothing_that_may_name_a_prisoner_is_kept_longer_and_what_names_nobody_may_be():
    with pytest.raises(ValueError, match="35"):
        keep(Response(), KEPT_BY_OTHERS + 1)
    assert "stale-if-error=86400" in keep(Response(), 3600, names_prisoners=False).headers["Cache-Control"]
