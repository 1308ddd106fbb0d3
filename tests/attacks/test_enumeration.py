"""Whether somebody exists is told by neither text nor time, whichever way a password comes in."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks.guesses import RIGHT, WAYS, Guess
from tests.support.box import TestBox, copy
from tests.support.boxmgmtd import Boxmgmtd, Raw, running

TRIES = 4
NAMES = ("mona", "lola", "nobody-at-all")
"""Somebody who may come in, somebody who is locked, nobody."""
MARGIN = 0.1
"""Seconds. The least of several times is compared: what disturbs a measurement only makes it longer."""
PLANTED = 0.2


@pytest.fixture(scope="module")
def daemon(templates: Callable[[str], TestBox], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxmgmtd]:
    box = copy(templates("basic"), tmp_path_factory.mktemp("enumeration") / "state")
    admin = box.admin()
    for line in (f'add_user name=mona role=monitor password="{RIGHT}" must_change=no',
                 f'add_user name=lola role=monitor password="{RIGHT}" must_change=no', "lock_user name=lola"):
        assert admin.do(line).code == "Done"
    admin.door.log_out("they are there")
    with running(box) as one:
        yield one


def apart(path: Path, guess: Guess) -> float:
    """Seconds between the quickest refusals of the names."""
    least = dict.fromkeys(NAMES, 1e9)
    for _ in range(TRIES):
        for name in NAMES:
            begun = time.monotonic()
            assert guess(path, name, RIGHT if name == "lola" else "wrong-one") is False
            least[name] = min(least[name], time.monotonic() - begun)
    return max(least.values()) - min(least.values())


@pytest.mark.requirement(33)
@pytest.mark.attack(6)
@pytest.mark.parametrize("way", ["shell", "ssh", "console"])
def test_no_way_in_tells_by_its_time_who_exists(daemon: Boxmgmtd, way: str) -> None:
    assert apart(daemon.path, WAYS[way]) < MARGIN
    daemon.box.replace("mona", strikes=0, locked_by="", locked_since=None)


@pytest.mark.attack(6)
def test_whoever_asks_for_keys_learns_nothing_by_the_time(daemon: Boxmgmtd) -> None:
    def has_keys(path: Path, name: str, password: str) -> bool:
        return bool(Raw(path).call("Keys", name=name)["parameters"]["keys"])

    assert apart(daemon.path, has_keys) < MARGIN


@pytest.mark.attack(6)
def test_a_difference_that_is_planted_is_noticed(daemon: Boxmgmtd) -> None:
    def slow(path: Path, name: str, password: str) -> bool:
        time.sleep(PLANTED if name == NAMES[-1] else 0)
        return WAYS["shell"](path, name, password)

    assert apart(daemon.path, slow) > MARGIN


@pytest.mark.requirement(33)
@pytest.mark.attack(6)
def test_no_way_in_tells_by_its_text_who_exists(daemon: Boxmgmtd) -> None:
    as_pam = {"service": "sshd", "rhost": "192.0.2.1", "tty": ""}
    calls: dict[str, dict[str, str]] = {"LogIn": {}, "Authenticate": as_pam}
    for method, more in calls.items():
        texts = {str(daemon.connect().call(method, name=name, password="wrong-one", **more)) for name in NAMES}
        assert len(texts) == 1, texts
    assert daemon.connect().call("Keys", name="mona") == daemon.connect().call("Keys", name=NAMES[-1])


@pytest.mark.attack(6)
def test_no_answer_tells_whether_a_file_exists(basic: TestBox) -> None:
    client, answers = basic.admin(), set()
    for path in ("/etc/passwd", "/etc/no-such-file", str(basic.folder), "/proc/self/environ"):
        for line in ("get_users name={}", "help command={}", "add_ssh_key key={}", "set_box_name name={}"):
            answers.add(client.do(line.format(path))._replace(command=None).message)
    assert len(answers) == 4, answers
