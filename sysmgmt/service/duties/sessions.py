"""What boxmgmtd does about sessions by itself: an ended one stays ended, whatever its client does.

A login that PAM registered, over SSH or at the console, ends with its session: its shell may say
why and exit, and after CLEAR seconds everything of the login is killed. A process that runs as the
user without a login, as root may start one, is refused and left alone.
"""

from functools import partial

from sysmgmt.domain import lockout
from sysmgmt.domain.levels import rules_of
from sysmgmt.engine import departure
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.host import remnants
from sysmgmt.service.duties.duty import Duty
from sysmgmt.service.presence import Presence

POLL = 1.0
LOCKS = 30.0
CLEAR = 3.0
"""Seconds that the shell of a login has to say why its session was ended, and to exit."""


def duties(presence: Presence) -> tuple[Duty, ...]:
    """What is looked after, with the last use of the sessions."""
    return (Duty("sessions of processes that are gone", POLL, departure.close_dead),
            Duty("idle sessions", POLL, partial(end_idle, presence)),
            Duty("sessions that are overdue", POLL, end_overdue),
            Duty("locks that come and go with time", LOCKS, settle_locks),
            Duty("logins whose session was ended", POLL, cut_off))


def end_idle(presence: Presence, house: House) -> None:
    """End the sessions of logins that have been idle for too long, with a connection or without one."""
    state = house.box.store.read()
    for one in state.sessions.values():
        if one.login and not one.ended and presence.left(one.id, state.settings.idle_timeout) <= 0:
            departure.end_idle(house, departure.of(one))


def end_overdue(house: House) -> None:
    """End the sessions of logins that are as old as any may become, or whose user's time is over."""
    state = house.box.store.read()
    for one in state.sessions.values():
        departure.end_overdue(house, state, one.id)


def settle_locks(house: House) -> None:
    """Lock and unlock the accounts whose time has come: those of users who come with a key ask nobody else."""
    state, now = house.box.store.read(), house.box.clock.now()
    rules = rules_of(state.settings)
    for one in state.accounts.values():
        if lockout.settled(one, now, rules) is not one:
            work(house, "settle_lock", {"name": one.name})


def cut_off(house: House) -> None:
    """Kill the logins whose session was ended and that have not gone by themselves."""
    now = house.box.clock.now()
    for one in house.box.store.read().sessions.values():
        if one.login and one.ended_at is not None and not 0 <= now - one.ended_at < CLEAR:
            remnants.cut_off(one.process, -1 if one.uid is None else one.uid)
