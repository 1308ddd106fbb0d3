"""What is stored about the cluster: the partners of the box, and how it speaks with them."""

from typing import NamedTuple

from sysmgmt.domain.bounds import Moment, Port
from sysmgmt.domain.model.certificates import Certificate


class Partner(NamedTuple):
    """Another box that this one speaks with: whoever shows exactly `certificate`, and calls itself `name`."""

    name: str
    address: str
    port: Port
    certificate: Certificate
    added_by: str = ""
    added_at: Moment | None = None


class Communication(NamedTuple):
    """How the box speaks with its partners: `level` is one of `partners.LEVELS`; not at all while `isolated`.

    `address` and `port` are where it listens for them; "": at all of its addresses.
    """

    level: str = "authenticated_encrypted"
    isolated: bool = False
    port: Port = 7450
    address: str = ""
