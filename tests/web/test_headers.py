"""What every answer says; the policy itself is looked at in a real browser and in `tests/test_routes.py`."""

import pytest

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
