import os
import signal
from pathlib import Path

import pytest

from tests.server.waiting import alive, eventually, running

# Writes its pid to <folder>/<name>.<n>, n counting its starts, and the order of the ends to <folder>/ends.
CHILD = """
import os, pathlib, signal, sys, threading
from campaign.server import leash
leash.hold()
folder, name, mood = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
stopped = threading.Event()
def stop(*_):
    with (folder / "ends").open("a") as file:
        file.write(f"{name}\\n")
    if mood != "stubborn":
        stopped.set()
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
number = sum(1 for _ in folder.glob(f"{name}.*")) + 1
print("hello from", name)
draft = folder / f"draft-{name}"
draft.write_text(str(os.getpid()))
draft.rename(folder / f"{name}.{number}")
if mood == "brief":
    sys.exit(3)
stopped.wait()
"""

PARENT = """
import os, sys
from campaign.server.supervisor import Process, Supervisor
folder, child, within, *names = sys.argv[1:]
processes = []
for name in names:
    name, _, mood = name.partition(":")
    processes.append(Process(name, (sys.executable, "-c", child, folder, name, mood), os.environ))
print("supervised", flush=True)
sys.exit(Supervisor(processes, stop_within=float(within)).run())
"""


def supervised(folder: Path, *names: str, within: float = 10):
    return running(PARENT, folder, CHILD, within, *names, log=folder / "log")


def pid(folder: Path, name: str) -> int:
    return int(str(eventually((folder / name).read_text)))


def test_a_child_that_is_killed_is_started_again_and_the_log_says_so(tmp_path):
    with supervised(tmp_path, "first", "second"):
        first, second = pid(tmp_path, "first.1"), pid(tmp_path, "second.1")
        os.kill(second, signal.SIGKILL)
        again = pid(tmp_path, "second.2")
        assert again != second
        assert alive(again)
        assert alive(first)
        log = (tmp_path / "log").read_text()
        assert "second was ended by SIGKILL; it is started again in 0.5 s." in log
        assert "first  | hello from first" in log


def test_the_wait_before_a_restart_grows(tmp_path):
    with supervised(tmp_path, "one:brief"):
        eventually(lambda: "again in 2 s" in (tmp_path / "log").read_text())
    log = (tmp_path / "log").read_text()
    assert "one ended with exit code 3; it is started again in 0.5 s." in log
    assert "in 1 s." in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_in_the_opposite_order_of_their_start(tmp_path, number):
    with supervised(tmp_path, "mails", "worker", "web") as supervisor:
        pids = [pid(tmp_path, f"{name}.1") for name in ("mails", "worker", "web")]
        supervisor.send_signal(number)
        assert supervisor.wait(timeout=20) == 0
        assert not any(map(alive, pids))
        assert (tmp_path / "ends").read_text().split() == ["web", "worker", "mails"]


def test_ctrl_c_in_the_terminal_reaches_each_child_once(tmp_path):
    with supervised(tmp_path, "one", "two") as supervisor:
        pid(tmp_path, "one.1")
        pid(tmp_path, "two.1")
        os.killpg(supervisor.pid, signal.SIGINT)
        assert supervisor.wait(timeout=20) == 0
        assert (tmp_path / "ends").read_text().split() == ["two", "one"]


def test_one_that_will_not_stop_is_killed_and_the_exit_code_tells(tmp_path):
    with supervised(tmp_path, "meek", "mule:stubborn", within=1) as supervisor:
        pids = [pid(tmp_path, "meek.1"), pid(tmp_path, "mule.1")]
        supervisor.terminate()
        assert supervisor.wait(timeout=20) == 1
        assert not any(map(alive, pids))
        assert "mule did not stop in time and is killed." in (tmp_path / "log").read_text()
        assert "meek" in (tmp_path / "ends").read_text().split()


def test_a_second_ctrl_c_does_not_wait(tmp_path):
    with supervised(tmp_path, "mule:stubborn", within=600) as supervisor:
        child = pid(tmp_path, "mule.1")
        supervisor.send_signal(signal.SIGINT)
        eventually(lambda: "mule" in (tmp_path / "ends").read_text())
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(timeout=20) == 1
        assert not alive(child)


def test_the_children_die_with_a_supervisor_that_is_killed(tmp_path):
    with supervised(tmp_path, "one", "two") as supervisor:
        pids = [pid(tmp_path, "one.1"), pid(tmp_path, "two.1")]
        supervisor.kill()
        supervisor.wait(timeout=20)
        eventually(lambda: not any(map(alive, pids)))


def test_a_command_that_does_not_exist_is_reported_and_tried_again(tmp_path):
    code = """
import os, sys
from campaign.server.supervisor import Process, Supervisor
sys.exit(Supervisor([Process("ghost", ("/nowhere/at/all",), os.environ)]).run())
"""
    with running(code, log=tmp_path / "log") as supervisor:
        eventually(lambda: "ghost could not be started; it is started again in 1 s." in (tmp_path / "log").read_text())
        supervisor.terminate()
        assert supervisor.wait(timeout=20) == 0
