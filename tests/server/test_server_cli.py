import socket

import pytest
from click.testing import CliRunner

from campaign.server.cli import serve, web


@pytest.mark.parametrize("command", [serve, web])
def test_a_taken_port_is_a_clear_error(command):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = CliRunner().invoke(command, ["--port", str(port)])
    assert result.exit_code == 1
    assert result.output == (
        f"Error: Cannot listen on http://127.0.0.1:{port}: Address already in use. Try another --port.\n"
    )


@pytest.mark.parametrize("command", [serve, web])
def test_settings_that_make_no_sense_are_a_clear_error(command):
    result = CliRunner().invoke(command, env={"CAMPAIGN_WEB_WORKERS": "some"})
    assert result.exit_code == 1
    assert result.output == "Error: CAMPAIGN_WEB_WORKERS must be a number from 1 to 128, not 'some'.\n"


def test_an_address_of_another_machine_is_a_clear_error():
    result = CliRunner().invoke(web, ["--host", "192.0.2.1"])
    assert result.exit_code == 1
    assert "Cannot listen on http://192.0.2.1:8000" in result.output
