"""The directory (LDAP) whose users may log in beside local users (R043, R067-R075)."""

from sysmgmt.commands.ldap_words import (
    AnswerSeconds, BaseDn, BindDn, BindPassword, ClearPasswords, GroupBaseDn, LdapPort, LdapProtocol, NestedGroups,
    Secondary, SyncMinutes, UserAttribute, UserFilter)
from sysmgmt.commands.place_words import Server
from sysmgmt.domain import ldap, ldap_users
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import ldap_servers
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.SECURITY)
def config_ldap(
        call: Call, server: Server | None = None, bind_dn: BindDn | None = None,
        bind_password: BindPassword | None = None, base_dn: BaseDn | None = None, protocol: LdapProtocol | None = None,
        port: LdapPort | None = None, secondary_server: Secondary | None = None,
        user_attribute: UserAttribute | None = None, user_filter: UserFilter | None = None,
        group_base_dn: GroupBaseDn | None = None, nested_groups: NestedGroups | None = None,
        search_time_limit: AnswerSeconds | None = None, sync_minutes: SyncMinutes | None = None,
        insecure: ClearPasswords = False) -> Change:
    """Set the directory up whose users may log in, beside the local users.

    The first time server, bind_dn, bind_password and base_dn have to be named; later what is not named
    stays as it is, and secondary_server="" and group_base_dn="" take these away. Another protocol has
    its usual port unless one is named. With another server, secondary_server, port, protocol or bind_dn
    bind_password has to be given again: the present one goes nowhere else.

    The box looks users and groups up with the service account bind_dn, which needs to read them and
    nothing else, and checks a password by one bind as the user. Where base_dn and group_base_dn are
    asked for, the directory is asked where it has users and groups. For Active Directory use
    user_attribute=sAMAccountName, or userPrincipalName for names with a domain; bind_dn may be a name
    such as svc@corp.example there. Kerberos is not supported.

    The servers must be trusted for the purpose ldap (see add_trusted_certificate). With
    protocol=ldap all passwords travel in clear text: it needs insecure=yes. The secondary server is
    asked where the first one cannot be used; referrals to other servers are never followed. A
    directory that is set up for the first time is not used before enable_ldap; test it first with
    test_ldap_connection.
    """
    given = {"server": server, "secondary_server": secondary_server, "port": port, "protocol": protocol,
             "bind_dn": bind_dn, "base_dn": base_dn, "user_attribute": user_attribute, "user_filter": user_filter,
             "group_base_dn": group_base_dn, "nested_groups": nested_groups, "search_time_limit": search_time_limit,
             "sync_minutes": sync_minutes}
    new = ldap.wished(call.state, "config_ldap", given, bool(bind_password))
    if bind_password:
        new = ldap_servers.protected(call, new, bind_password)
    state = ldap.configure(call.state, new, insecure)
    warnings = (*ldap.warnings(new), *ldap_servers.lacks(call.box))
    return Change(state, ldap_servers.facts(ldap.settings(state)), warnings)


@command(needs=Permission.SECURITY)
def enable_ldap(call: Call) -> Change:
    """Let users of the directory log in."""
    return Change(ldap.switch(call.state, True), warnings=ldap_servers.lacks(call.box))


@command(needs=Permission.SECURITY)
def disable_ldap(call: Call) -> Change:
    """Let no user of the directory log in, end their sessions, and keep its settings."""
    return Change(ldap_users.dismiss_all(ldap.switch(call.state, False), call.now))


@command(needs=Permission.SECURITY,
         asks="This forgets the directory and the password of its service account: none of its users can log in any "
              "more, and their sessions end. Clear the settings?")
def clear_ldap_configuration(call: Call) -> Change:
    """Forget the directory, with the password of its service account, and end the sessions of its users."""
    return Change(ldap_users.dismiss_all(ldap.clear(call.state), call.now))


@command(needs=Permission.VIEW)
def get_ldap_configuration(call: Call) -> Shown:
    """Show the settings of the directory."""
    return Shown({"ldap": ldap_servers.facts(ldap.settings(call.state))})


@command(needs=Permission.VIEW)
def get_ldap_status(call: Call) -> Shown:
    """Show which servers of the directory can be used now, and why not."""
    settings = ldap.settings(call.state)
    return Shown({"enabled": settings.enabled, "servers": ldap_servers.looked_at(call.box, call.state, settings)})


@command(needs=Permission.SECURITY)
def test_ldap_connection(
        call: Call, server: Server | None = None, bind_dn: BindDn | None = None,
        bind_password: BindPassword | None = None, base_dn: BaseDn | None = None, protocol: LdapProtocol | None = None,
        port: LdapPort | None = None, secondary_server: Secondary | None = None,
        user_attribute: UserAttribute | None = None, user_filter: UserFilter | None = None,
        group_base_dn: GroupBaseDn | None = None, nested_groups: NestedGroups | None = None,
        search_time_limit: AnswerSeconds | None = None, insecure: ClearPasswords = False) -> Act:
    """Go all the way to each server of the directory, and show each step with its time.

    The steps are: its name is known, the port is open, TLS is spoken and the server is trusted, the
    service account may bind, the bases are there, users are found, groups are counted. Where one
    fails, what to do about it is said.

    What is given stands in the place of the present setting, for this test alone. The password of
    the present settings goes to no other server and serves for no other account: give bind_password
    with server, secondary_server, port, protocol or bind_dn.
    """
    given = {"server": server, "secondary_server": secondary_server, "port": port, "protocol": protocol,
             "bind_dn": bind_dn, "base_dn": base_dn, "user_attribute": user_attribute, "user_filter": user_filter,
             "group_base_dn": group_base_dn, "nested_groups": nested_groups, "search_time_limit": search_time_limit}
    wanted = ldap.wished(call.state, "test_ldap_connection", given, bool(bind_password))
    if protocol:
        ldap.check_protocol(call.state.settings, wanted, insecure)
    return Act(lambda: ldap_servers.test(call, wanted, bind_password or ldap_servers.password_of(call.box, wanted)))
