"""Your session: who you are, what you may do, help; and the open sessions."""

from sysmgmt.commands.words import CommandName, SessionId, Topic
from sysmgmt.domain import facts, sessions
from sysmgmt.domain.accounts import find
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import explain
from sysmgmt.engine.declaration import ANYONE, EVERYBODY, Call, Change, Shown, command


@command(needs=ANYONE, while_due=True)
def get_current_user(call: Call) -> Shown:
    """Show who you are: role, permissions, groups, password expiry, last login."""
    return Shown(facts.current_user(call.state, call.caller.user))


@command(needs=Permission.VIEW)
def who_can(call: Call, command: CommandName) -> Shown:
    """Show which roles and users may run a command."""
    declared = explain.visible(call.catalog, call.caller, command)
    return Shown(explain.who_can(call.state, declared))


@command(needs=EVERYBODY, while_due=True)
def help(call: Call, command: Topic | None = None) -> Shown:
    """List the commands, or those of one chapter or about one word, or explain one command.

    A chapter is named by the first words of its title: help ssh, help ssh keys. Any other word of at least three
    characters lists the commands that have it in their names, their summaries or the titles of their chapters:
    help lock, help ntp.
    """
    from sysmgmt.commands.catalog import TITLES

    listed = explain.overview(call.state, call.catalog, call.caller, TITLES, command or "")
    if command is None or listed["commands"] and command not in call.catalog:
        return Shown(listed)
    return Shown({"command": explain.page(explain.visible(call.catalog, call.caller, command))})


@command(needs=EVERYBODY, while_due=True)
def quit(call: Call) -> Shown:
    """End the session, as exit and logout do."""
    return Shown({})


@command(needs=ANYONE)
def get_sessions(call: Call) -> Shown:
    """List the open sessions: yours, or with the permission security everybody's."""
    return Shown({"sessions": [facts.session(one) for one in sessions.seen_by(call.state, call.caller.user)]})


@command(needs=ANYONE)
def end_session(call: Call, session: SessionId) -> Change:
    """End a session: one of yours, or with the permission security anybody's.

    In service mode a login whose session was ended is cut off within seconds, whatever its shell does.
    """
    find(call.state, call.caller.user)
    return Change(sessions.end(call.state, session, call.caller.user, call.now), {"session": session})
