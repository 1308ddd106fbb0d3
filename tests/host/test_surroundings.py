"""What the machine tells of itself: logs without what strangers have typed."""

import json

import pytest

from sysmgmt.host.surroundings import LinuxSurroundings, masked


@pytest.mark.parametrize("line, kept", [
    ("sshd[1]: Invalid user Hunter2! from 10.1.2.3 port 4022", "sshd[1]: Invalid user *** from 10.1.2.3 port 4022"),
    ("sshd[1]: Failed password for invalid user Hunter2 from fe80::1 port 22 ssh2",
     "sshd[1]: Failed password for invalid user *** from fe80::1 port 22 ssh2"),
    ("sshd[1]: Connection closed by invalid user Hun ter2 10.1.2.3 port 22 [preauth]",
     "sshd[1]: Connection closed by invalid user *** 10.1.2.3 port 22 [preauth]"),
    ("sshd[1]: input_userauth_request: invalid user Hunter2", "sshd[1]: input_userauth_request: invalid user ***"),
    ('nginx: "GET /x?password=Hunter2 HTTP/1.1"', 'nginx: "GET /x*** HTTP/1.1"'),
    ('nginx: "GET /collected/Hunter2 HTTP/1.1"', 'nginx: "GET *** HTTP/1.1"'),
    ("sshd[1]: Accepted password for bob from 10.1.2.3 port 22",
     "sshd[1]: Accepted password for bob from 10.1.2.3 port 22"),
])
def test_what_strangers_typed_or_sent_is_masked_in_logs(line: str, kept: str) -> None:
    assert masked(f"before\n{line}\nafter") == f"before\n{kept}\nafter"


def test_the_machine_tells_versions_and_services_as_json() -> None:
    here = LinuxSurroundings()
    assert json.loads(json.dumps(here.versions()))["kernel"] and here.versions()["libraries"]["cryptography"]
    told = json.loads(json.dumps(here.services()))
    assert told["memory"] and told["free_on_root"] > 0
    assert all(isinstance(data, bytes) for _, data in here.logs("2026-01-01", ""))
