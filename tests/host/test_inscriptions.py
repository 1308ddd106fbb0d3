"""What is stored never becomes more than one line, or one field, of a file that root's programs read."""

import pytest

from sysmgmt.domain import collection
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.firewall import Rule
from sysmgmt.domain.model import Account
from sysmgmt.host import nftables, nss, snmpd
from sysmgmt.host.nss import Shells
from sysmgmt.host.snmpd import Agent

SHELLS = Shells("/menu", "/shell", "/home", 500)
AGENT = Agent("box1", "1", "80", "", 161, (), "", "/helper")


def test_a_name_with_a_colon_or_a_line_is_not_written() -> None:
    assert nss.passwd_line(Account("bob", "monitor", uid=70000), SHELLS) == "bob:x:70000:500:monitor:/home:/shell"
    for name, role in (("bob", "x:/tmp:/bin/bash"), ("bob", "x\n#"), ("b:0", "monitor"), ("b\n", "monitor")):
        with pytest.raises(ServiceRefused):
            nss.passwd_line(Account(name, role, uid=70000), SHELLS)
    assert "sysName box1\n" in snmpd.text(AGENT)
    with pytest.raises(ServiceRefused):
        snmpd.text(AGENT._replace(name="box1\nrocommunity x"))
    assert len(list(nftables.lines(Rule("ssh", 22, "tcp", ("10.0.0.0/8",))))) == 1
    for source in ("10.0.0.0/8\n", "10.0.0.0/8 } accept"):
        with pytest.raises(ServiceRefused):
            list(nftables.lines(Rule("ssh", 22, "tcp", (source,))))


def test_the_name_of_an_archive_is_never_a_path() -> None:
    assert collection.name("box1", 0.0, []) == "box1-19700101T000000Z"
    assert collection.name("../../escaped", 0.0, []) == ".._.._escaped-19700101T000000Z"
