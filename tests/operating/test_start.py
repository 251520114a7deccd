"""What does not make sense ends the start with a message and exit code 2, never with a traceback."""

import subprocess

import pytest

from campaign.app import create_app
from campaign.config import Config
from campaign.vault import KeyRing, KeyRingError, save

PRODUCTION = {"CAMPAIGN_BASE_URL": "https://us.example.org"}


@pytest.fixture
def run(tmp_path, campaign):
    """Runs a command in an empty folder."""

    def run(*args, **env):
        return subprocess.run(
            [campaign, *args],
            env={"PATH": "/usr/bin:/bin", "CAMPAIGN_INSTANCE": str(tmp_path)} | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=tmp_path,
        )

    return run


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (PRODUCTION, "CAMPAIGN_KEYS_FILE must name the key ring"),
        (PRODUCTION | {"CAMPAIGN_KEYS_FILE": "missing.json"}, "Make one with `campaign keys create`"),
        ({"CAMPAIGN_DATABASE_URL": "mysql://x"}, "works with sqlite and postgresql"),
    ],
)
def test_a_setting_that_makes_no_sense_ends_the_command_with_a_message(run, tmp_path, env, words):
    done = run("migrate", **env)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert list(tmp_path.glob("*.db")) == []


def test_keys_can_be_made_before_there_are_any_and_are_then_taken(run, tmp_path):
    made = run("keys", "create", "ring.json", **PRODUCTION)
    assert made.returncode == 0, made.stderr
    done = run("migrate", **PRODUCTION, CAMPAIGN_KEYS_FILE=str(tmp_path / "ring.json"))
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "keys.json").exists()


def test_production_never_makes_up_a_key_ring(tmp_path):
    env = PRODUCTION | {"CAMPAIGN_INSTANCE": str(tmp_path)}
    for more in ({}, {"CAMPAIGN_KEYS_FILE": str(tmp_path / "keys.json")}):
        with pytest.raises(KeyRingError):
            create_app(Config.from_env(env | more))
    assert list(tmp_path.iterdir()) == []


def test_a_ring_that_others_can_read_is_refused_at_the_start(tmp_path):
    path = tmp_path / "keys.json"
    save(path, KeyRing.fresh())
    path.chmod(0o644)
    with pytest.raises(KeyRingError, match="chmod 600"):
        create_app(Config.from_env({"CAMPAIGN_INSTANCE": str(tmp_path)}))
