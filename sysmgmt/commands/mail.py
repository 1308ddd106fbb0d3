"""Mail to the administrators: events, and a weekly report (R022, R025, R248). boxmgmtd sends it."""

from sysmgmt.commands.mail_words import (
    Digest, MailPassword, MailPort, MailProtocol, MailUser, Recipients, Reports, Sender)
from sysmgmt.commands.place_words import Server
from sysmgmt.domain import delivery, mail
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import mailing
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.SYSTEM_CONFIGURATION)
def config_email(call: Call, server: Server | None = None, sender: Sender | None = None,
                 recipients: Recipients | None = None, protocol: MailProtocol | None = None,
                 port: MailPort | None = None, user: MailUser | None = None, password: MailPassword | None = None,
                 digest: Digest | None = None, reports: Reports | None = None) -> Change:
    """Set the mail server (SMTP) up that brings events and reports to people.

    The first time server, sender and recipients have to be named; later what is not named stays as it
    is, also that mail is disabled. Another protocol has its usual port unless one is named.

    A recipient is told of the events of scope normal and root_cause, of every level and topic,
    unless it says otherwise: boss@example.com:critical:security is told of critical events of the
    topic security, ops@example.com:warning:advanced of warnings and worse of every scope. With
    digest=daily the events of a day are sent after midnight UTC. Every week, and once at the
    beginning, a report of configuration and state is sent, unless reports=no.

    Only TLS is spoken, and the server must be trusted for the purpose email (see
    add_trusted_certificate). A password is kept where server, port and user stay the same, and has to be
    given again where one of them changes; user="" ends the login. What
    cannot be sent waits, in order, and is sent when the server takes mail again.
    """
    wish = mail.Wish(server, sender, recipients, protocol, port, user, digest, reports)
    new = mailing.with_password(call, mail.wanted(call.state, wish), password)
    state = mail.configure(call.state, new, delivery.last(call.box.events.newest()))
    return Change(state, mailing.settings(call.box, mail.server(state)), mailing.warnings(call.box, call.state, new))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def enable_email(call: Call) -> Change:
    """Send mail again; what happened while it was disabled is not told of."""
    return Change(mail.switch(call.state, True, delivery.last(call.box.events.newest())))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def disable_email(call: Call) -> Change:
    """Send no mail, also none that waits, and keep its settings."""
    state = mail.switch(call.state, False, 0)
    return Change(state, warnings=mailing.warnings(call.box, call.state, mail.server(state)))


@command(needs=Permission.SYSTEM_CONFIGURATION,
         asks="This forgets the mail server with its password and the recipients: nobody gets mail of the box any "
              "more. Clear the settings?")
def clear_email_settings(call: Call) -> Change:
    """Forget the mail server, with its password, and the recipients; what waits for them is not sent."""
    old = mail.server(call.state)
    return Change(mail.without(call.state), warnings=mailing.losses(call.box, old, None))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def get_email_settings(call: Call) -> Shown:
    """Show the mail server, the recipients, what waits for each of them and why it was not sent."""
    return Shown({"email": mailing.settings(call.box, mail.server(call.state))})


@command(needs=Permission.SYSTEM_CONFIGURATION)
def test_email(call: Call) -> Act:
    """Send a mail to every recipient now, and show each step with its time.

    The steps are: its name is known, the port is open, TLS is spoken and the server is trusted, the
    login is right, the mail is accepted. Where one fails, what to do about it is said.
    """
    server = mail.server(call.state)
    return Act(lambda: mailing.test(call, server))
