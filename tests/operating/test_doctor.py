"""The doctor finds each fault, says what to do, and its exit code tells a machine."""

import pytest
from sqlalchemy import text

from campaign.app import create_app
from campaign.config import Config
from campaign.operating import doctor
from campaign.operating.cli import doctor as command
from campaign.vault import KeyRing, Vault, load, save
from tests.conftest import close
from tests.fakes.smtp import FakeSmtp


@pytest.fixture
def smtp():
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def env(env, smtp, tmp_path):
    return env | {"CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{smtp.port}"}


@pytest.fixture
def examine(app):
    """The findings by topic, for the settings with some changed."""

    def run(env, **changes):
        config = Config.from_env(env | changes)
        engine, vault = app.extensions["campaign.store"].engine, app.extensions["campaign.vault"]
        return {finding.topic: finding for finding in doctor.examine(config, engine, vault)}

    return run


def invoke(app):
    done = app.test_cli_runner().invoke(command)
    return done.exit_code, done.output


def test_a_sound_installation_is_found_sound(app, env, examine, request):
    findings = examine(env)
    assert {"keys", "database", "durability", "mail", "clock", "address", "languages"} == set(findings)
    wrong = {topic for topic, finding in findings.items() if not finding.ok}
    assert wrong <= {"durability"}  # the test's PostgreSQL need not survive a power cut, and the doctor says so
    postgresql = app.extensions["campaign.store"].engine.dialect.name == "postgresql"
    assert bool(wrong) is postgresql
    code, said = invoke(app)
    assert code == (1 if postgresql else 0)
    assert postgresql or "All is well." in said
    assert f"{len(wrong)} thing(s) need a hand." in said or not wrong


def test_every_fault_comes_with_advice_and_exit_code_1(app, smtp):
    smtp.stop()
    code, said = invoke(app)
    assert code == 1
    assert "WRONG  mail" in said
    assert "→ Check CAMPAIGN_SMTP_URL" in said


def test_another_version_of_the_tables_is_found(app, env, examine):
    engine = app.extensions["campaign.store"].engine
    with engine.begin() as connection:
        right = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    try:
        finding = examine(env)["database"]
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :right"), {"right": right})
    assert not finding.ok
    assert "At version older" in finding.text
    assert finding.advice == "Run `campaign migrate`."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_was_never_migrated_is_found_and_named_once(env, tmp_path):
    empty = create_app(Config.from_env(env | {"CAMPAIGN_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}))
    code, said = invoke(empty)
    close(empty)
    assert code == 1
    assert "run `campaign migrate`" in said
    assert "Report this" not in said
    assert not (tmp_path / "none.db").exists()


def test_keys_that_others_can_read_are_found(config, env, examine):
    config.keys_file.chmod(0o644)
    finding = examine(env)["keys"]
    assert not finding.ok
    assert "chmod 600" in finding.text


def test_keys_that_are_missing_are_found(config, env, examine):
    config.keys_file.unlink()
    finding = examine(env)["keys"]
    assert not finding.ok
    assert "no key ring" in finding.text


def test_keys_that_are_not_those_in_use_are_found(config, env, examine):
    save(config.keys_file, KeyRing.fresh())
    finding = examine(env)["keys"]
    assert not finding.ok
    assert finding.advice == "Restart all processes."


def test_a_rotated_ring_is_the_same_ring(app, config, env, examine):
    save(config.keys_file, load(config.keys_file).with_new_key())
    assert examine(env)["keys"].ok
    assert isinstance(app.extensions["campaign.vault"], Vault)


def test_keys_beside_the_data_are_found_in_production(env, examine):
    assert not examine(env, CAMPAIGN_BASE_URL="https://us.example.org")["keys"].ok
    assert examine(env)["keys"].ok


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"CAMPAIGN_BASE_URL": "http://us.example.org", "CAMPAIGN_RATE_LIMITS": "on"}, "not encrypted"),
        ({"CAMPAIGN_BASE_URL": "https://us.example.org", "CAMPAIGN_RATE_LIMITS": "off"}, "Rate limits are off"),
    ],
)
def test_an_address_that_nobody_should_trust_is_found_in_production(env, examine, changes, words):
    finding = examine(env, **changes)["address"]
    assert not finding.ok
    assert words in finding.text
    assert finding.advice


@pytest.mark.parametrize("base_url", ["https://us.example.org", "http://abcdef.onion", "http://localhost"])
def test_a_good_address_is_found_good(env, examine, base_url):
    assert examine(env, CAMPAIGN_BASE_URL=base_url, CAMPAIGN_RATE_LIMITS="on")["address"].ok


def mail(smtp, user="", **behaviour):
    for name, value in behaviour.items():
        setattr(smtp.behaviour, name, value)
    config = Config.from_env({"CAMPAIGN_SMTP_URL": f"smtp://{user}127.0.0.1:{smtp.port}"})
    return doctor.mail(config, seconds=0.5)


def test_a_mail_server_that_answers_is_found_good(smtp):
    assert mail(smtp).ok


@pytest.mark.parametrize(
    "behaviour", [{"silent": True}, {"greeting": "554 5.0.0 go away"}, {"ehlo": "550 5.0.0 not you"}]
)
def test_a_mail_server_that_is_silent_or_refuses_is_found(smtp, behaviour):
    finding = mail(smtp, **behaviour)
    assert not finding.ok
    assert "does not answer as it should" in finding.text


def test_a_mail_server_that_is_not_there_is_found(smtp):
    smtp.stop()
    assert not mail(smtp).ok


def test_a_wrong_password_is_found_and_not_told(smtp):
    finding = mail(smtp, user="us:hidden@", extensions=("AUTH PLAIN LOGIN",))
    assert not finding.ok
    assert "refuses the user name or password" in finding.text
    assert "hidden" not in finding.text + finding.advice


def test_a_language_without_translation_is_found():
    config = Config.from_env({})
    object.__setattr__(config, "languages", ("en", "xx"))
    finding = doctor.languages(config)
    assert not finding.ok
    assert "xx" in finding.text


def test_a_check_that_breaks_is_itself_a_finding(app, env):
    findings = list(doctor.examine(Config.from_env(env), app.extensions["campaign.store"].engine, None))
    assert [finding.ok for finding in findings if finding.topic == "keys"] == [False]
    assert "AttributeError" in findings[0].text
