"""A box that a directory belongs to: its settings, and those who come in."""

import time

from tests.support import slapd
from tests.support.box import TestBox
from tests.support.slapd import BASE, PASSWORD, SERVICE, SERVICE_PASSWORD, Slapd


def config(server: Slapd, more: str = "", password: str = SERVICE_PASSWORD, base: str = BASE,
           protocol: str = "ldaps", command: str = "config_ldap") -> str:
    """The line that sets the directory up."""
    return (f"{command} server=localhost port={server.port(protocol)} protocol={protocol} bind_dn={SERVICE} "
            f"bind_password={password} base_dn={base} search_time_limit=2 {more}")


def prepared(basic: TestBox, server: Slapd, more: str = "") -> TestBox:
    """The box, which lets users of the directory in."""
    basic.clock.now = time.time()
    lines = (f'add_trusted_certificate name=dir purposes=ldap pem="{slapd.ROOT.pem}"', config(server, more),
             "enable_ldap")
    run(basic, *lines)
    return basic


def run(box: TestBox, *lines: str) -> None:
    """Lines of admin that must succeed."""
    admin = box.admin()
    for line in lines:
        answer = admin.do(line)
        assert answer.code == "Done", (line, answer)


def log_in(box: TestBox, name: str, password: str = PASSWORD) -> str:
    """The code that a login answers with."""
    return str(box.client().log_in(name, password).code)
