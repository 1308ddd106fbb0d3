"""What is stored about the appliance itself: its registration, the vCenters it belongs to, a wish to erase it."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import Moment, Port
from sysmgmt.domain.secrecy import SECRET
from sysmgmt.domain.times import Running


class Registration(NamedTuple):
    """Under what the vendor knows the box."""

    serial_number: str = ""
    account_id: str = ""
    licenses: tuple[str, ...] = ()


class VCenter(NamedTuple):
    """A vCenter and the login there. With `fingerprint` exactly that certificate is trusted, by nobody's word."""

    server: str
    port: Port
    user: str
    password: Annotated[str, SECRET]
    fingerprint: str = ""
    added_by: str = ""
    added_at: Moment | None = None


class Agreeing(NamedTuple):
    """Who may agree, as long as the password is the one that it was when that was fixed."""

    name: str
    password_changed_at: Moment | None = None


class Unsettled(NamedTuple):
    """An administrator whom somebody else has made, given a password or key, locked, demoted or removed; and when.

    With the name "" it is the box, which was installed then.
    """

    name: str
    at: Moment
    begun: Running = Running()


class Erasure(NamedTuple):
    """Who wants the box erased, and since when; `decided` once nobody else has to agree any more.

    `others` is who could agree at the time of the wish; whatever becomes of them, nobody else can.
    """

    user: str
    since: Moment
    decided: bool = False
    others: tuple[Agreeing, ...] = ()
    begun: Running = Running()
