"""Every setting: what it may be, and what is said when it may not."""

import ipaddress
from pathlib import Path

import pytest

from campaign.config import Config, ConfigError

GOOD = {
    "CAMPAIGN_BASE_URL": [
        "http://127.0.0.1:8000",
        "https://us.example.org",
        "https://us.example.org/",
        "http://abcdef.onion",
        "http://[::1]:8000",
    ],
    "CAMPAIGN_DATABASE_URL": [
        "sqlite:////tmp/x.db",
        "sqlite:///relative.db",
        "postgresql://user:pass%40word@host:5432/name",
        "postgres://user@host/name",
        "postgresql+psycopg://user@host/name",
        "postgresql:///name?host=/var/run/postgresql",
    ],
    "CAMPAIGN_JOBS_URL": ["sqlite:////tmp/jobs.db", "postgresql://user@host/name"],
    "CAMPAIGN_SECRET_KEY": ["x" * 32],
    "CAMPAIGN_SMTP_URL": ["smtp://mail", "smtps://user:p%3Ass@mail.example.org", "smtp://[::1]:2525"],
    "CAMPAIGN_MAIL_FROM": ["campaign@example.org"],
    "CAMPAIGN_LANGUAGES": ["en", " en , en "],
    "CAMPAIGN_TRUSTED_PROXIES": ["", "10.0.0.1", "10.0.0.0/8, fd00::/8", "10.1.2.3/8"],
    "CAMPAIGN_RATE_LIMITS": ["on", "off", ""],
}
BAD = {
    "CAMPAIGN_BASE_URL": [
        "us.example.org",
        "ftp://us.example.org",
        "https://",
        "https://us.example.org?x=1",
        "https://us.example.org/#x",
        "https://[bad",
        "https://us.example.org:port",
        "https://us.example.org:99999",
        "https://user@us.example.org",
        "https://us.example.org\n",
    ],
    "CAMPAIGN_DATABASE_URL": [
        "nonsense",
        "mysql://host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host:port/name",
    ],
    "CAMPAIGN_JOBS_URL": ["redis://host", "nonsense", "sqlite:relative"],
    "CAMPAIGN_SECRET_KEY": ["", "x" * 31],
    "CAMPAIGN_SMTP_URL": [
        "mail.example.org",
        "http://mail",
        "smtp://",
        "smtp://mail:99999",
        "smtp://mail:x",
        "smtp://[x",
    ],
    "CAMPAIGN_MAIL_FROM": [
        "nobody",
        "a@b@c",
        "@example.org",
        "us@",
        "Us <us@example.org>",
        "a@example.org,b@example.org",
        "a@example.org\r\nBcc: x@example.org",
        "a b@example.org",
    ],
    "CAMPAIGN_LANGUAGES": ["xx", "en,xx", ",", "english"],
    "CAMPAIGN_TRUSTED_PROXIES": ["proxy.example.org", "10.0.0.0/33", "10.0.0.1;10.0.0.2"],
    "CAMPAIGN_RATE_LIMITS": ["yes", "OFF", "0"],
}


def read(**env) -> Config:
    return Config.from_env({"CAMPAIGN_INSTANCE": "/srv/campaign"} | env)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_what_makes_sense_is_taken(name, value):
    read(**{name: value})


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_what_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=name) as caught:
        read(**{name: value})
    assert str(caught.value).endswith(".")


def test_passwords_are_in_no_message():
    for name, value in (
        ("CAMPAIGN_DATABASE_URL", "mysql://user:hidden@host/name"),
        ("CAMPAIGN_DATABASE_URL", "postgresql://user:hidden@host:port/name"),
        ("CAMPAIGN_SMTP_URL", "smtp://user:hidden@mail:99999"),
        ("CAMPAIGN_SECRET_KEY", "hidden"),
    ):
        with pytest.raises(ConfigError) as caught:
            read(**{name: value})
        assert "hidden" not in str(caught.value)


def test_without_any_setting_it_is_a_site_for_this_machine_only():
    config = read()
    assert config.base_url == "http://127.0.0.1:8000"
    assert config.database_url == "sqlite:////srv/campaign/campaign.db"
    assert config.jobs_url == "sqlite:////srv/campaign/campaign-jobs.db"
    assert config.keys_file == Path("/srv/campaign/keys.json")
    assert (config.smtp.host, config.smtp.port, config.smtp.username) == ("127.0.0.1", 1025, None)
    assert config.mail_from == "campaign@example.org"
    assert config.languages == ("en",)
    assert (config.rate_limits, config.trusted_proxies, config.keys_file_given) == (True, (), False)
    assert (config.production, config.secure) == (False, False)


@pytest.mark.parametrize(
    ("base_url", "production"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://127.9.9.9", False),
        ("http://localhost", False),
        ("http://x.localhost:1", False),
        ("http://[::1]", False),
        ("https://us.example.org", True),
        ("http://10.0.0.5", True),
        ("http://localhost.evil.example", True),
        ("http://abc.onion", True),
    ],
)
def test_what_others_can_reach_is_production(base_url, production):
    assert read(CAMPAIGN_BASE_URL=base_url).production is production


def test_parts_are_read_as_they_are_meant():
    config = read(
        CAMPAIGN_SMTP_URL="smtps://us%40example.org:p%3Ass%2F@mail.example.org",
        CAMPAIGN_DATABASE_URL="postgres://user:p%40ss@host/name",
        CAMPAIGN_TRUSTED_PROXIES="10.1.2.3/8, fd00::1",
        CAMPAIGN_BASE_URL="https://us.example.org/",
    )
    smtp = config.smtp
    assert (smtp.host, smtp.port, smtp.implicit_tls) == ("mail.example.org", 465, True)
    assert (smtp.username, smtp.password) == ("us@example.org", "p:ss/")
    assert config.database_url == "postgresql+psycopg://user:p%40ss@host/name"
    assert config.jobs_url == "postgresql://user:p%40ss@host/name"
    assert config.trusted_proxies == (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::1/128"))
    assert config.base_url == "https://us.example.org"
    assert config.mail_from == "campaign@us.example.org"
