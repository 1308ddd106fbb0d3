"""Whoever sets the directory up at the menu chooses from what a real OpenLDAP holds."""

from tests.boxmgmt.program import logged_in, step
from tests.support import slapd
from tests.support.box import TestBox
from tests.support.slapd import BASE, SERVICE, SERVICE_PASSWORD

KEEPS = " (blank keeps the present value)"


def test_the_base_is_chosen_by_its_number(basic: TestBox) -> None:
    assert basic.admin().do(f'add_trusted_certificate name=dir purposes=ldap pem="{slapd.ROOT.pem}"').code == "Done"
    with slapd.running() as server:
        one = logged_in(basic.folder)
        step(one, "2.5.1.16.2", f"Name or address of the server{KEEPS}\n >")
        step(one, "localhost", f"How it is spoken to (ldaps is recommended){KEEPS}\n")
        one.until(" >")
        step(one, "ldaps", "Port of the servers")
        step(one, str(server.ports.ldaps), "Another server")
        step(one, "", "DN of the service account with which the box looks users up (blank keeps the\n"
                      "  present value)\n >")
        step(one, SERVICE, f"Password of that account{KEEPS}\n >")
        step(one, SERVICE_PASSWORD, f"DN below which the users are{KEEPS}\n  1. {BASE}\n >")
        step(one, "1", "Attribute that holds the login name")
        for following in ("Filter that every user matches", "DN below which the groups are",
                          "Whether a group within a group counts", "Seconds that a server may take",
                          "Minutes between two looks", "Whether passwords may travel in clear text"):
            step(one, "", following)
        shown = step(one, "", "In Sysmgmt: config_ldap")
        assert f"Group base DN: {BASE}\n" in shown and SERVICE_PASSWORD not in shown
