"""What the manual page of boxmgmtd says of network, firewall and time. A table of texts."""

NETWORK = """
As long as nobody has set an interface up, the machine's own files say what its devices do. A device
that set_network names is set up by boxmgmtd from then on: with ifupdown where that is installed, else
with systemd-networkd, which has to run. In /etc/network/interfaces its stanzas take the place of those
that stood there; the files for systemd-networkd come before those of others, netplan among them. What
stood there comes back when no interface is set up any more. A device that is also set up in
/etc/network/interfaces.d is refused, and so is an address or a network with a scope (%eth0). LAN, WAN
and the data networks have a device and networks of their own, and the machine passes nothing on from
one to another: IP forwarding is switched off, and again within seconds where somebody switches it on.

set_name_servers replaces /etc/resolv.conf, unless that is a link, as it is for systemd-resolved, and
again within seconds where a client for DHCP writes other servers there; with systemd-networkd the
interfaces name the servers too. set_host_name takes hostnamectl, set_time the time zones of the package
tzdata. The time servers are asked by chrony, else by systemd-timesyncd. For chrony boxmgmtd writes all
of /etc/chrony/chrony.conf as long as servers are set; only chrony can ask a server for the proof of a
key.

set_firewall mode=on takes nftables. The rules are one table, inet boxmgmt, and leave other tables
alone, which can close more but open nothing. Let in are answers to the box, ping, the doors and the
ports that somebody opened; offers of DHCP where an interface asks for them, or none is set up. SSH is
open at the ports of sshd. What is meant for an address of the box must come in through the network of
that address. Open connections go on. boxmgmt-firewall.service loads the rules before the networks come
up, whether boxmgmtd runs or not.

Each change is checked (ifup --no-act, nft --check, chronyd -p), put into place and taken over; where
a tool is missing or refuses, all is put back and the tool's words are shown. Changes of interfaces,
name servers and firewall are undone unless they are confirmed (see confirm_change): at their time, and
whenever boxmgmtd starts. A package that was installed while boxmgmtd ran is used after systemctl
restart boxmgmtd. --deploy --remove takes the rules of the firewall away at once; interfaces follow the
machine's own files again from its next start on.
"""

FILES = (
    ("/etc/systemd/system/boxmgmt-firewall.service, /etc/boxmgmt/firewall.nft", "The firewall."),
    ("/etc/network/interfaces, /etc/systemd/network/00-boxmgmt-*.network", "The interfaces that are set up."),
    ("/etc/chrony/chrony.conf, /etc/chrony/boxmgmt.keys, /etc/systemd/timesyncd.conf.d/boxmgmt.conf",
     "Who is asked for the time."),
    ("/etc/sysctl.d/zz-boxmgmt.conf", "Nothing is passed on."),
    ("/etc/boxmgmt/originals", "What stood in files that are ours for a time."),
)
