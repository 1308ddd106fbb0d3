"""What keeps a box from a rule about certificates or clear text: one thing after the other, each with its command."""

from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt.domain import directory
from sysmgmt.domain.certificates import CLUSTER, EXTERNAL, SYSTEM, WEB
from sysmgmt.domain.model import Certificate, Identity, State
from sysmgmt.domain.times import iso


class Shortcoming(NamedTuple):
    """One thing that breaks a rule, and the command that helps.

    What that command does not say, such as the name of a new certificate, it asks for.
    """

    what: str
    fix: str


REPLACED_BY = {SYSTEM: "create_system_certificate", CLUSTER: "renew_cluster_certificate",
               **dict.fromkeys(WEB, "create_web_certificate_request")}
"""What makes another certificate for a use; one of an authority is asked for again."""


def rsa_keys(state: State) -> Iterator[tuple[int, Certificate, Shortcoming]]:
    """Every RSA key that the box uses or trusts: its bits, its certificate, and what would take its place."""
    for own in state.identities.values():
        for one in own.certificates[:1]:
            yield from _rsa(one, Shortcoming(f"{own.use} certificate", _replacement(own)))
    for entry in state.trusted_certificates.values():
        for one in entry.certificates:
            yield from _rsa(one, Shortcoming(f"trusted certificate {entry.name}", _removal(entry.name)))


def _rsa(one: Certificate, told: Shortcoming) -> Iterator[tuple[int, Certificate, Shortcoming]]:
    if one.key_type.startswith("rsa"):
        yield int(one.key_type.removeprefix("rsa")), one, told


def _replacement(own: Identity) -> str:
    if own.use == SYSTEM and own.origin == EXTERNAL:
        return "create_certificate_request"
    return REPLACED_BY.get(own.use, "get_certificates")


def _removal(name: str) -> str:
    return f"remove_trusted_certificate name={name}"


def last_day(one: Certificate) -> str:
    """The last day on which a certificate is valid."""
    return (iso(one.not_after) or "")[:10]


def servers(state: State) -> Iterator[Shortcoming]:
    """Entries of the truststore that trust a server's own certificate, without an authority."""
    for one in state.trusted_certificates.values():
        if one.server and not all(each.authority for each in one.certificates):
            yield Shortcoming(one.name, _removal(one.name))


def clear_text(state: State) -> Iterator[Shortcoming]:
    """With whom the box speaks in clear text, or would."""
    from sysmgmt.domain import uploads  # only for whoever looks: every change comes by this module
    from sysmgmt.domain.snmp import V2C
    from sysmgmt.domain.syslog import TLS

    for relay in state.syslog.values():
        if relay.enabled and relay.protocol != TLS:
            yield Shortcoming(f"syslog server {relay.name}", f"config_syslog number={relay.name} "
                              f"server={relay.server} protocol={TLS} what={relay.what}")
    for watched in state.snmp.values():
        if watched.enabled and watched.version == V2C:
            user = " user=NAME" if watched.receivers and not watched.user else ""
            yield Shortcoming("SNMP version 2c", f"config_snmp version=3{user}")
    for asked in state.directories.values():
        if asked.protocol == directory.CLEAR:
            yield Shortcoming(f"directory {asked.server}", f"config_ldap server={asked.server} protocol=ldaps")
    for target in state.upload_targets.values():
        if target.protocol == uploads.FTP:
            yield Shortcoming(f"upload target {target.name}", f"remove_upload_target target={target.name}")
