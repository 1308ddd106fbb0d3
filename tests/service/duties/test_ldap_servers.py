"""Servers of the directory that cannot be used are told of, and that they can be again (requirement 36)."""

import time

import pytest

from sysmgmt.domain.errors import ServerUnreachable
from sysmgmt.engine import ldap_servers
from sysmgmt.service.duties.ldap_servers import LdapWatch
from tests.support import slapd
from tests.support.box import TestBox
from tests.support.ports import free_ports
from tests.support.slapd import BASE, SERVICE, SERVICE_PASSWORD, Ports


@pytest.mark.requirement(36)
def test_a_server_that_cannot_be_used_is_told_of_once_and_when_it_is_over(basic: TestBox) -> None:
    basic.clock.now = time.time()
    admin, house, watch = basic.admin(), basic.house(), LdapWatch()

    def told() -> list[tuple[str, str]]:
        watch.look(house)
        found = admin.facts("get_events_log text=LDAP")["events"]
        return [(one["name"], one["summary"].split()[3]) for one in found if one["name"].startswith("Ldap")]
    ports = Ports(*free_ports(2))
    with slapd.running(ports=ports) as server:
        admin.do(f'add_trusted_certificate name=dir purposes=ldap pem="{slapd.ROOT.pem}"')
        assert told() == [], "nothing is set up"
        assert admin.do(f"config_ldap server=localhost secondary_server=127.0.0.2 port={ports.ldaps} bind_dn={SERVICE} "
                        f"bind_password={SERVICE_PASSWORD} base_dn={BASE} search_time_limit=1").code == "Done"
        assert told() == told() == [] and server.binds(SERVICE) == 0, "it is not in use"
        assert admin.do("enable_ldap").code == "Done"
        assert told() == [], "once is no failure yet"
        fails = [("LdapFails", "127.0.0.2")]
        assert told() == fails == told()
        with slapd.running(wish=slapd.Wish(address="127.0.0.2"), ports=ports):
            fails += [("LdapFailsCleared", "127.0.0.2")]
            assert told() == fails == told()
        server.end()
        told()
        assert sorted(told()[2:]) == [("LdapFails", "127.0.0.2"), ("LdapFails", "localhost")]
        assert admin.do("disable_ldap").code == "Done"
        assert len(told()) == 6


@pytest.mark.requirement(36)
def test_the_second_server_is_asked_where_the_first_one_cannot_be_used(basic: TestBox) -> None:
    basic.clock.now = time.time()
    admin, box, ports = basic.admin(), basic.house().box, Ports(*free_ports(2))
    admin.do(f'add_trusted_certificate name=dir purposes=ldap pem="{slapd.ROOT.pem}"')
    admin.do(f"config_ldap server=localhost secondary_server=127.0.0.2 port={ports.ldaps} bind_dn={SERVICE} "
             f"bind_password={SERVICE_PASSWORD} base_dn={BASE} search_time_limit=1")
    with slapd.running(slapd.user("alice"), slapd.Wish(address="127.0.0.2"), ports) as second:
        with slapd.running(slapd.user("bob"), ports=ports):
            with ldap_servers.opened(box, box.store.read()) as link:
                assert link.user("bob") and not link.user("alice")
        assert second.binds(SERVICE) == 0, "the first one is enough"
        with ldap_servers.opened(box, box.store.read()) as link:
            assert link.user("alice") and not link.user("bob")
    with pytest.raises(ServerUnreachable, match="localhost"), ldap_servers.opened(box, box.store.read()):
        pass
