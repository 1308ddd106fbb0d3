"""The nouns of the syslog servers."""

from typing import Annotated

from sysmgmt.commands.place_words import port
from sysmgmt.commands.words import choice, one_of, whether
from sysmgmt.domain import syslog
from sysmgmt.engine.declaration import Word


SyslogNumber = Annotated[str, Word("Which of the two syslog servers", one_of(*syslog.NUMBERS), "1|2",
                                   offers=lambda state: list(syslog.NUMBERS))]
KnownSyslogNumber = Annotated[str, Word(
    "Which syslog server", one_of(*syslog.NUMBERS), "1|2", bare=True, none="There are no syslog servers.",
    offers=lambda state: syslog.NUMBERS if state.syslog else ())]
SyslogProtocol = Annotated[str, choice("How it is spoken to (tls is recommended)", syslog.PROTOCOLS)]
SyslogPort = Annotated[int, port("Its port; 6514 for tls and 514 for tcp and udp unless given")]
What = Annotated[str, choice("What is sent", syslog.WHAT)]
ClientCertificate = Annotated[bool, whether("Whether the box shows its system certificate")]
Insecure = Annotated[bool, whether("Whether it may be sent in clear text")]
