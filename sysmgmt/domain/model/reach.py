"""Who reaches the box, and how: what is stored about it, and about a change of it that waits or was undone."""

from typing import NamedTuple

from sysmgmt.domain.bounds import Moment
from sysmgmt.domain.model.network import Firewall, Interface


class Reach(NamedTuple):
    """The settings that decide who reaches the box, and how: changed wrongly, they shut people out."""

    tls_minimum: str = "1.2"
    hsts: bool = False
    web_certificate: str = ""
    interfaces: tuple[Interface, ...] = ()
    name_servers: tuple[str, ...] = ()
    firewall: Firewall = Firewall()


class Pending(NamedTuple):
    """A change of the reach that is undone by itself unless it is confirmed.

    `needs` is the permission of whoever may confirm it, `sessions` those that were open when it
    was made: none of them may.
    """

    id: str
    command: str
    user: str
    needs: str
    made_at: Moment
    returns_at: Moment
    before: Reach
    after: Reach
    sessions: tuple[str, ...] = ()


class Returned(NamedTuple):
    """The last change that nobody confirmed: of what, by whom, who might have confirmed it, when it was undone."""

    settings: tuple[str, ...]
    user: str
    needs: str
    at: Moment


class RootAccess(NamedTuple):
    """What was last decided about the login of root: `where` it is open, a key of `root_access.WHERE`
    or "" where it is shut, and `until` when. `changed_at` None: nobody has decided yet."""

    where: str = ""
    until: Moment = 0.0
    changed_at: Moment | None = None
    changed_by: str = ""
