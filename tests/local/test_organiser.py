import stat

from campaign.local.organiser import local_organiser


def test_the_login_is_made_once_and_stays(tmp_path):
    first = local_organiser(tmp_path)
    assert first.email == "organiser@example.org"
    assert len(first.password) >= 16
    assert local_organiser(tmp_path) == first


def test_the_password_differs_between_machines_and_only_its_owner_may_read_it(tmp_path):
    (tmp_path / "other").mkdir()
    assert local_organiser(tmp_path).password != local_organiser(tmp_path / "other").password
    assert stat.S_IMODE((tmp_path / "local-organiser.json").stat().st_mode) == 0o600
