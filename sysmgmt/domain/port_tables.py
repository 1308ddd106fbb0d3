"""The ports of the box and of its neighbours: Tables 8 to 11 of the guide, a row each (R160-R211)."""

from typing import NamedTuple

DATA, EXTERNAL, *_ = TABLES = ("data", "external", "inter_cluster", "intra_cluster")
FIRST = 8
"""The number of the first of these tables in the guide."""
LAN, WAN, DATA_NETWORK = "lan", "wan", "data"
"""The interfaces of the box."""
TCP, UDP, ICMP = "tcp", "udp", "icmp"
T, U, TU, ECHO = (TCP,), (UDP,), (TCP, UDP), (ICMP,)

PARTNER, MEMBER, DNS, MAIL, SYSLOG, LDAP = "partner", "member", "name server", "mail server", "syslog server", \
    "LDAP server"
NTP = "time server"
"""Others that the box connects to and may have been told of."""
THROUGHPUT_PORT, LONGEST_MEASUREMENT = 5001, 30
"""Where boxes measure between each other (R190), and for how many seconds at most."""


class Row(NamedTuple):
    """One row: `number` is table.row as printed, `port` 0 an echo request; `to` is whom the box connects to, if so.

    `inbound` says whether others connect to the box there.
    """

    number: str
    port: int
    protocols: tuple[str, ...]
    interface: str
    source: str
    destination: str
    use: str
    effect: str
    to: str = ""
    inbound: bool = True

    @property
    def table(self) -> str:
        """One of TABLES."""
        return TABLES[int(self.number.partition(".")[0]) - FIRST]


def _data(number: int, port: int) -> Row:
    return Row(f"8.{number}", port, T, DATA_NETWORK, "splitter", "box data", "splitter", NO_SPLITTER)


def _out(number: int, port: int, protocols: tuple[str, ...], to: str, told: tuple[str, str]) -> Row:
    return Row(f"9.{number}", port, protocols, LAN, "box LAN", to, *told, to, False)


def _in(number: int, port: int, protocols: tuple[str, ...], source: str, told: tuple[str, str]) -> Row:
    return Row(f"9.{number}", port, protocols, LAN, source, "box LAN", *told)


def _wan(number: int, port: int, protocols: tuple[str, ...], use: str, effect: str) -> Row:
    return Row(f"10.{number}", port, protocols, WAN, "box WAN", "box WAN", use, effect, PARTNER)


def _lan(number: int, port: int, protocols: tuple[str, ...], use: str, effect: str) -> Row:
    return Row(f"11.{number}", port, protocols, LAN, "box LAN", "box LAN", use, effect, MEMBER)


def _near(number: int, port: int) -> Row:
    return Row(f"11.{number}", port, T, LAN, "splitter", "box LAN", "splitter", NO_SPLITTER)


NO_SPLITTER = "Without communication between a splitter and a box: no replication; no test or failover on replica side."
UNAFFECTED = "Replication not affected."
NO_FTP = f"Not possible to download ISO image or to upload logs using FTP. {UNAFFECTED}"
NO_FTPS = "No FTPS transfers. System reports that are configured to transfer by FTPS will not be transferred."
WRONG_TIME = "Boxes may show incorrect time. Event time stamps may be incorrect. Replication not affected, but " \
    "snapshots may show incorrect times."
NO_SYSTEM = "No system. No replication."
NO_MEASUREMENT = f"No performance measurement. {UNAFFECTED}"
NO_DIAGNOSTICS = f"No connectivity diagnostics. No performance measurement. {UNAFFECTED}"

ROWS = (
    *(_data(number, port) for number, port in enumerate((5020, 5040, 5042, 5044, 5050), 1)),

    _out(1, 20, T, "FTP server", ("FTP: ISO images, support logs", NO_FTP)),
    _out(2, 25, T, "ESRS", ("registration on the ESRS server", "Not possible to register on the ESRS server. "
                            f"{UNAFFECTED}")),
    _out(3, 21, T, "FTP server", ("FTP: system info collection, ISO images, support logs", NO_FTP)),
    _in(4, 22, T, "SSH client", ("SSH: access to the command shells", f"No remote connection to CLI. {UNAFFECTED}")),
    _out(5, 25, T, MAIL, ("SMTP: email alerts, Call Home",
                          f"No email alerts sent. No system reports sent. {UNAFFECTED}")),
    _out(6, 53, TU, DNS, ("DNS: name resolution",
                          "No name resolution of remote servers, e-mail alerts, system reports.")),
    _in(7, 68, U, "DHCP server", ("DHCP: address of the box", "The box will not be assigned an IP if DHCP is used.")),
    Row("9.8", 123, U, LAN, "box LAN", "time server or another box", "NTP: time synchronization",
        f"No synchronization with time server. {WRONG_TIME}", NTP),
    _in(9, 161, TU, "MIB browser", ("SNMP: queries", "There will be SNMP notification, but you will not be able to "
                                    f"view or edit SNMP values. {UNAFFECTED}")),
    _out(10, 389, T, LDAP, ("LDAP: authentication and authorization of users",
                            "No LDAP authentication (unless using SSL).")),
    Row("9.11", 443, T, LAN, "browser; box LAN", "box LAN; vCenter", "HTTPS: management, logs, reports",
        "No GUI. No vCenter Server information displayed.", "vCenter"),
    _out(12, 514, TU, SYSLOG, ("syslog: messages to an external server",
                               f"System logs not available. {UNAFFECTED}")),
    _in(13, 623, U, "management client", ("IPMI: monitoring of the hardware", "No remote hardware management.")),
    _out(14, 636, T, LDAP, ("LDAP over SSL: authentication and authorization of users",
                            "No LDAP over SSL authentication.")),
    _out(15, 989, T, "FTPS server", ("FTPS: alerts and reports", NO_FTPS)),
    _out(16, 990, T, "FTPS server", ("FTPS: alerts and reports", NO_FTPS)),
    Row("9.17", 3260, T, LAN, "ESXi; box LAN", "box LAN; ESXi", "iSCSI", "No iSCSI support. No replication.", "ESXi"),
    _in(18, 7115, T, "SRM server", ("Site Recovery Manager", "No vCenter Server information or commands available. "
                                    f"{UNAFFECTED}")),
    _in(19, 7225, TU, "Replication Manager; KVSS; Replication Enabler for Exchange",
        ("HTTPS: functional API", "No functional API.")),
    _in(20, 8082, T, "Deployment Manager", ("HTTPS: installation, upgrades, log collection",
                                            f"No deployment tools. No installations or upgrades. {UNAFFECTED} "
                                            "No log collection.")),
    _in(21, 9443, T, "plugin server", ("HTTPS: plugin server", "Plugin fails.")),
    _in(22, 10161, TU, "MIB browser", ("SNMP over TLS and DTLS", "No encrypted SNMP.")),

    _wan(1, 0, ECHO, "echo requests: installing clusters, adding boxes",
         "Installation fails. Cluster management operations fail."),
    Row("10.2", 22, T, WAN, "SSH client", "box WAN", "SSH: between boxes",
        "Diagnostic tools fail. Replication is not affected.", PARTNER),
    _wan(3, 5001, T, "iperf: performance measuring between boxes", NO_MEASUREMENT),
    _wan(4, 5010, TU, "replication between clusters", NO_SYSTEM),
    _wan(5, 5020, TU, "replication between clusters", NO_SYSTEM),
    _wan(6, 5040, TU, "replication between clusters", NO_SYSTEM),
    _wan(7, 5060, TU, "mpi_perf: diagnostic and performance information", NO_MEASUREMENT),
    _wan(8, 5080, TU, "connectivity diagnostics tool", NO_DIAGNOSTICS),
    _wan(9, 5081, U, "connectivity diagnostics tool", NO_DIAGNOSTICS),
    _wan(10, 5100, TU, "cluster connector", "Cannot add an additional cluster to the system."),
    _wan(11, 8082, T, "log collection, connecting new boxes",
         f"Diagnostic tools fail. {UNAFFECTED} Cannot collect support logs from multiple boxes."),
    _wan(12, 8084, T, "configuration database", "No communication with configuration database."),
    _wan(13, 9999, U, "udponger: diagnostics of UDP connectivity",
         f"No connectivity diagnostics. If tool is run, returns error. {UNAFFECTED}"),

    _lan(1, 123, TU, "time synchronization between boxes", WRONG_TIME),
    _lan(2, 5020, TU, "cluster management", NO_SYSTEM),
    _lan(3, 5021, TU, "storage process", UNAFFECTED),
    _near(4, 5042),
    _near(5, 5044),
    _lan(6, 5045, TU, "Symmetrix splitter", "Failure of a box will cause a full sweep of volumes attached to the "
         "Symmetrix splitter in some disaster scenarios. The splitter itself will continue to function."),
    _lan(7, 5050, TU, "Symmetrix splitter", "No Symmetrix splitter."),
    _lan(8, 6015, U, "cluster leader arbitration", "Exposes system to single point of failure (the repository "
         "volume) for leader arbitration when there is no communication with other boxes."),
    _lan(9, 8082, T, "log collection, connecting new boxes", "Cannot collect support logs from multiple boxes."),
    _lan(10, 8084, T, "configuration database", "No system."),
)
"""All fifty, in the order of the guide. ICMP between boxes of one cluster is row 10.1 with host= (R201)."""

BY_NUMBER = {one.number: one for one in ROWS}


def inbound(port: int, protocol: str) -> tuple[Row, ...]:
    """The rows by which others connect to a port of the box."""
    return tuple(one for one in ROWS if one.inbound and one.port == port and protocol in one.protocols)
