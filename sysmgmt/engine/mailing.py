"""Mail: the server with its password opened, how far each recipient has got, and a test that goes step by step."""

from collections.abc import Iterator
from typing import Any

from sysmgmt.domain import mail, recipients, sealed, truststore
from sysmgmt.domain.errors import InvalidValue, MissingValue, Refusal
from sysmgmt.domain.mail import Letter, Post
from sysmgmt.domain.model import MailServer, State
from sysmgmt.domain.recipients import Queue
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Box
from sysmgmt.engine.trial import Steps, trusting

PLACE = sealed.place("mail", mail.NAME, "password")
ADVICE = {
    "name": "Check the name of the server (get_email_settings), and the DNS of the box.",
    "port": "Check the port, and whether the server runs and a firewall lets the box through.",
    "tls": "Check protocol and port; trust the authority of the server with add_trusted_certificate (purposes=email).",
    "login": "Check user and password, and give them anew with config_email.",
    "accepted": "Check sender and recipients, and what the server lets the box send."}
"""What to do where a test ends at a step."""


def with_password(call: Call, new: MailServer, password: str | None) -> MailServer:
    """The server with a password, sealed: the one given, or the present one where that is for the same login.

    Raises MissingValue, InvalidValue, MasterKeyMissing, MasterKeyWrong.
    """
    old = call.state.mail.get(mail.NAME)
    if not new.user:
        if password:
            raise InvalidValue(what="A password needs a user")
        return new._replace(password="")
    if password:
        return new._replace(password=call.box.sealer.seal(password, PLACE, call.state.settings.master_key))
    if old is None or not old.password or (old.server, old.port, old.user) != (new.server, new.port, new.user):
        raise MissingValue(command="config_email", parameter="password")
    return new._replace(password=old.password)


def post(box: Box, state: State, server: MailServer) -> Post:
    """The server, ready to be spoken to. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    password = box.sealer.unseal(server.password, PLACE) if server.password else ""
    trust = truststore.trust(state, "email", server.server, box.clock.now())
    return Post(server.server, server.port, server.protocol, server.user, password, trust)


def queues(box: Box, server: MailServer) -> Iterator[Queue]:
    """Each recipient and how far it has got. Raises StateDamaged."""
    return recipients.queues("email", map(mail.recipient, server.recipients), server.after, box.deliveries.read())


def warnings(box: Box, state: State, new: MailServer) -> tuple[str, ...]:
    """What is to be said of a mail server that takes the place of the present one: what is not sent.

    Raises StateDamaged, StorageFailed.
    """
    old = state.mail.get(mail.NAME)
    if old is None or old.enabled or new.enabled:
        return losses(box, old, new)
    return ("Mail stays disabled: enable_email sends it.",)


def losses(box: Box, old: MailServer | None, new: MailServer | None) -> tuple[str, ...]:
    """What waits for recipients and will not be sent once the mail server is the new one, or none any more.

    Raises StateDamaged, StorageFailed.
    """
    if old is None or not old.enabled:
        return ()
    kept = {mail.recipient(one).address for one in new.recipients} if new and new.enabled else ()
    gone = [one for one in queues(box, old) if one.recipient.address not in kept]
    lost = {one.recipient.address: one.facts(box.events.newest())["waiting"] for one in gone}
    return tuple(f"{count} event{'s' * (count > 1)} waited for {to} and will not be sent."
                 for to, count in lost.items() if count)


def settings(box: Box, server: MailServer) -> dict[str, Any]:
    """What get_email_settings tells."""
    shown = server._asdict()
    for name in ("name", "recipients", "after", "password"):
        del shown[name]
    found = [one.facts(box.events.newest() if server.enabled else ()) for one in queues(box, server)]
    return {**shown, "user": server.user or None, "password_configured": bool(server.password), "recipients": found}


def test(call: Call, server: MailServer) -> dict[str, Any]:
    """Send a letter to every recipient; the steps on the way there. Raises DeliveryFailed with what to do."""
    name = call.state.settings.name
    letters = [Letter(f"test-{call.box.clock.token()}", server.sender, mail.recipient(one).address,
                      f"[{name}] test", f"The box {name} can send mail to you.\n") for one in server.recipients]
    advice = trusting(ADVICE, "tls", call.state.settings, " (starttls=smtp, unless it speaks TLS at once)")
    steps = Steps({step: what for step, what in advice.items() if server.user or step != "login"}, call.box.clock.now)
    try:
        call.box.mailer.deliver(post(call.box, call.state, server), letters, steps.passed, lambda letter: None)
    except Refusal as problem:
        raise steps.failed(server.server, problem) from None
    return {"server": server.server, "steps": steps.done}
