"""Links: made for somebody who may download, used once by whoever has one (R027)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import downloads, lockout, roles, web
from sysmgmt.domain.errors import InvalidValue, NoWebServer, UnknownLink
from sysmgmt.domain.levels import rules_of
from sysmgmt.domain.model import DownloadLink, Identity, State
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.times import iso
from sysmgmt.domain.tls import WEB_SERVER
from sysmgmt.engine.declaration import Call, Change


def create(call: Call, archive: str, seconds: float) -> Change:
    """A new link to an archive; only the answer tells its address. Raises NoWebServer, InvalidValue."""
    own = _server(call)
    links = downloads.valid(call.state.download_links, call.now)
    if len(links) >= downloads.MOST:
        raise InvalidValue(what=f"{downloads.MOST} links wait already; cancel_download_links ends those to an archive")
    token = "".join(call.box.clock.token() for _ in range(8))[:downloads.TOKEN_CHARACTERS]
    new = DownloadLink(downloads.id_of(token), archive, call.now + seconds, call.caller.user, call.now)
    told = {"name": archive, "until": iso(new.until), "certificate_fingerprint": own.certificates[0].fingerprint}

    def with_address() -> Mapping[str, Any]:
        return {**told, "address": downloads.address(own, token)}
    return Change(call.state._replace(download_links=links.put(new.id, new)), told, afterwards=with_address)


def _server(call: Call) -> Identity:
    """What the web server shows that governs. Raises NoWebServer."""
    own = web.shown(call.state)
    listener = next((one for one in call.box.listeners(call.state) if one.name == WEB_SERVER), None)
    if own is None or listener is None:
        raise NoWebServer(reason="")
    if listener.shut:
        raise NoWebServer(reason=f": {listener.shut}")
    return own


def find(state: State, id: str, now: float) -> DownloadLink:
    """The link, which may be used now, as whoever made it still may download. Raises UnknownLink."""
    found = state.download_links.get(id)
    account = state.accounts.get(found.made_by) if found else None
    if found is None or account is None or not found.made_at <= now < found.until:
        raise UnknownLink()
    shut = lockout.settled(account, now, rules_of(state.settings)).locked_by in lockout.FINAL
    if shut or not roles.holds(state, account, Permission.WEB_DOWNLOAD):
        raise UnknownLink()
    return found
