"""The nouns of the mail server."""

from typing import Annotated

from sysmgmt.commands.place_words import port
from sysmgmt.commands.words import choice, listed, whether
from sysmgmt.domain import mail
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading


def _login(text: str, reading: Reading) -> str:
    if not text.isascii() or len(text) > 320:
        raise InvalidValue(what="A login at a mail server has up to 320 ASCII characters")
    return text


MailProtocol = Annotated[str, choice("How TLS is spoken to it", mail.PROTOCOLS)]
MailPort = Annotated[int, port("Its port; 587 for starttls and 465 for tls unless given")]
MailUser = Annotated[str, Word("User to log in as, if it wants a login", _login, "USER")]
MailPassword = Annotated[str, Word("Password of that user", _login, "PASSWORD", secret=True)]
Sender = Annotated[str, Word("Address that the mail comes from", lambda text, reading: mail.address(text), "ADDRESS")]
Recipients = Annotated[tuple[str, ...], Word(
    "Recipients, separated by commas, each with a level, scope and topic after colons if it does not want all",
    lambda text, reading: mail.all_recipients(listed(text)), "ADDRESS[:LEVEL][:SCOPE][:TOPIC][,...]")]
Digest = Annotated[str, choice("Whether events are sent as they happen or once a day", mail.DIGESTS)]
Reports = Annotated[bool, whether("Whether a report of configuration and state is sent every week")]
