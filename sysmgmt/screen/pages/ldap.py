"""What the manual page says of the directory (LDAP)."""

LDAP = """
Users of one directory (LDAP) may log in beside the local users, never instead of them. Make an account
in the directory for the box, which may read users and groups below the base and nothing else, and avoid
the word admin in its name. Then, as a user with the permission security:

    add_trusted_certificate name=corp purposes=ldap file=corp-ca.pem
    config_ldap server=ldap1.example secondary_server=ldap2.example
    test_ldap_connection
    enable_ldap

At a terminal config_ldap asks for what is missing, and offers where the directory has its users and
groups. test_ldap_connection goes all the way to each server and names the first step that fails.

Nobody of the directory comes in until an entry says so, for one user or for all members of a group:

    add_user type=ldap_user name=alice role=administrator
    add_user type=ldap_group name="Box Operators" role=monitor groups=g1

Whoever was added himself has the role and groups of that entry. Any other user has those of the first
of his groups, in alphabetical order, that has an entry; several are never added up. get_current_user
and get_users show as granted_by which entry it was. A member of a group becomes a user at the first
attempt to log in, with a counter of wrong passwords, SSH keys and sessions like any other; set_user
makes him an entry of his own, lock_user shuts him out. Local users are looked for first and wait for no
directory. A user of the directory with the name of a local user or of an entry for a group cannot log
in. All names are kept in lower case. That of a group has up to 64 letters, digits, single blanks and
characters of _.-&()'@+, and stands in quotes where there is a blank in it. That of a user has up to 32
characters, as names of local users have them, and @: somebody who has another name in the directory
cannot log in. Authorization is the same for all, but only local users count as those who keep the box
manageable (LastSecurityUser).

Every login asks the directory again, and a password is checked there by exactly one bind; nothing is
kept that would let anybody in later. Three wrong passwords lock a user here as well, besides what the
directory does on its own; a user who is locked here is never tried there. Whoever has the right
password, and has to change it in the directory first, is told so. An account that is locked or disabled
there is refused like a wrong password; the audit says which it was (the verdict of
count_wrong_password). Passwords of the directory are changed there: set_password and set_user refuse
that. The primary server is asked first, then the secondary one. Where neither can be used, everybody
who is not let in is told so, also a local user with a wrong password (LoginFailed, for all of them
after the same time), and local users log in as ever. Whoever was kept out by that alone stands in the
audit with DirectoryUnreachable.

A login with an SSH key asks whether the directory still has the user and the groups. No password is
checked then: attributes tell of a lock. Let the account of the box read them; what it may not read is
not known here.

    OpenLDAP              pwdAccountLockedTime, pwdStartTime, pwdEndTime
    389 Directory Server  nsAccountLock
    Shadow accounts       shadowExpire
    Active Directory      userAccountControl, accountExpires,
                          msDS-User-Account-Control-Computed

A lock by wrong passwords in pwdAccountLockedTime counts until the directory takes it away: where it
ends by time, that is at the next right password.

On a deployed machine boxmgmtd reads the members of groups every sync_minutes and when an entry is
added, since sshd and the console know only names that the machine knows. Who has left the groups or the
directory, or is disabled there, is refused at the next login, and his open sessions end at the next
such look; a lock by wrong passwords ends none. Numbers (uid) stay with the entryUUID or objectGUID.
remove_user for an entry ends the sessions of all whom it let in, disable_ldap and
clear_ldap_configuration those of all users of the directory.

Use ldaps (port 636) or starttls (port 389), where the box checks the name of the server, its
certificate and revocation lists before it sends anything. Over protocol=ldap everybody on the way reads
the passwords: it needs insecure=yes, and the audit shows that it was given. Every server may take
search_time_limit seconds for one answer, and so may the name servers of the box for its name; nobody
speaks to a server for longer than 60 seconds in all. Referrals to other servers are never followed. An
empty password is never sent. Kerberos, SASL and client certificates are not supported.

Users are entries that match user_filter and have user_attribute. Groups are entries with one of four
classes, and their cn is their name.

    user_attribute     uid (OpenLDAP); in Active Directory
                       sAMAccountName, or userPrincipalName
                       where users log in as name@domain
    Classes of groups  groupOfNames, groupOfUniqueNames,
                       posixGroup, group
    Identity           entryUUID, or objectGUID (Active Directory)

A user or a group is known by its identity: another one that gets its name later is somebody else, and
one that was renamed, or made anew, has to be removed and added again.

A group within a group counts unless nested_groups=no. Active Directory looks through them by itself,
with the matching rule 1.2.840.113556.1.4.1941; other servers are asked level by level. The primary
groups of Active Directory (primaryGroupID) are not looked at.

All this was tested with OpenLDAP 2.5 over ldaps and starttls, with its memberof and ppolicy overlays.
Active Directory was played by OpenLDAP with the attributes of Active Directory. OpenLDAP does not know
the matching rule: that it is asked for was seen, what a domain controller answers was not. Of the
attributes that tell of a lock those of OpenLDAP and shadowExpire were tested with OpenLDAP, the others
by what is documented of their values. No other directory was tested.

The package ldap3 must be installed. In a clone of the repository, with the pip that installed the box:

    /opt/boxmgmt/bin/pip install '.[ldap]'

Without it the settings are kept, with a warning; no user of the directory can log in, and whatever asks
the directory is answered with LdapNotInstalled.
"""
