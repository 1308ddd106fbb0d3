"""What boxmgmtd does about collected system info by itself: nothing of it is kept for longer than said."""

from sysmgmt.domain import collection, downloads
from sysmgmt.domain.times import HOUR
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.service.duties.duty import Duty


def expire(house: House) -> None:
    """Remove the archives, and the links to them, whose time is over. Raises any refusal."""
    links, now = house.box.store.read().download_links, house.box.clock.now()
    if len(downloads.valid(links, now)) < len(links):
        work(house, "forget_download_links")
    for one in collection.surplus(house.box.archives.present(), house.box.clock.now()):
        work(house, "expire_collected_info", {"name": one.name})


DUTIES = (Duty("the collected system info", HOUR, expire),)
