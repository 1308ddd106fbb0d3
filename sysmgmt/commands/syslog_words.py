"""The nouns of the syslog servers."""

from typing import Annotated

from sysmgmt.commands.words import one_of, whole, yes
from sysmgmt.domain import syslog
from sysmgmt.engine.declaration import Word


SyslogNumber = Annotated[str, Word("Which of the two syslog servers", one_of(*syslog.NUMBERS), "1|2",
                                   offers=lambda state: list(syslog.NUMBERS))]
SyslogProtocol = Annotated[str, Word("How it is spoken to (tls is recommended)", one_of(*syslog.PROTOCOLS),
                                     "|".join(syslog.PROTOCOLS), offers=lambda state: list(syslog.PROTOCOLS))]
SyslogPort = Annotated[int, Word("Its port; 6514 for tls and 514 for tcp and udp unless given",
                                 whole(1, 65535, "ports"), "1-65535")]
What = Annotated[str, Word("What is sent", one_of(*syslog.WHAT), "|".join(syslog.WHAT),
                           offers=lambda state: list(syslog.WHAT))]
ClientCertificate = Annotated[bool, Word("Whether the box shows its system certificate", yes, "yes|no",
                                         offers=lambda state: ["yes", "no"])]
Insecure = Annotated[bool, Word("Whether it may be sent in clear text", yes, "yes|no",
                                offers=lambda state: ["yes", "no"])]
