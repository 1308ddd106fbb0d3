"""What nginx is given: checked by the real nginx, before it is in place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Reach, Settings, State
from sysmgmt.host import nginx
from sysmgmt.host.nginx import CERTIFICATE, DIRECTIVES, KEY, SITE, Web
from sysmgmt.host.services import HostServices
from tests.support.openssl import Authority

MAIN = """user www-data;
worker_processes auto;
pid /run/nginx-of-the-machine.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    # include /nowhere/*.conf;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; # Debian's
    log_format mine '$remote_addr; include nothing; "$request"';
    access_log {folder}/access.log mine;
    include mime.types;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}}
"""
OTHERS_SITE = "server { listen 127.0.0.1:18999 ssl; server_name other; include /etc/boxmgmt/web/tls.conf; }\n"


def state(minimum: str = "1.2", hsts: bool = False) -> State:
    """A state with these TLS settings."""
    return State(settings=Settings(reach=Reach(minimum, hsts)))


@pytest.fixture
def outside(folder: Path) -> Authority:
    """A certificate authority."""
    return Authority(folder / "ca").begin()


@pytest.fixture
def tree(folder: Path) -> Path:
    """A root with a configuration of nginx, in which another site speaks TLS too."""
    for one in ("conf.d", "sites-enabled"):
        (folder / "etc/nginx" / one).mkdir(parents=True)
    (folder / "etc/nginx/nginx.conf").write_text(MAIN.format(folder=folder))
    (folder / "etc/nginx/mime.types").write_text("types { text/html html; }\n")
    (folder / "etc/nginx/other-site").write_text(OTHERS_SITE)
    (folder / "etc/nginx/sites-enabled/other").symlink_to("../other-site")
    return folder


def web(tree: Path, shown: Callable[[State], Web]) -> HostServices:
    """nginx below `tree`, without a running one."""
    service = nginx.service(shown, lambda old, new: False, str(tree))
    return HostServices([service._replace(reload=lambda: None)], str(tree))


def text(tree: Path, path: str) -> str:
    """A file below the tree."""
    return (tree / path.lstrip("/")).read_text()


@pytest.mark.checklist("R228")
@pytest.mark.parametrize("minimum", ["1.0", "1.1", "1.2", "1.3"])
def test_every_minimum_is_accepted_by_the_real_nginx(tree: Path, outside: Authority, minimum: str) -> None:
    certificate, key = outside.issue()
    web(tree, lambda state: Web(certificate, key)).heal(state(minimum, hsts=True))
    assert (tree / KEY.lstrip("/")).stat().st_mode & 0o777 == 0o600
    assert (text(tree, CERTIFICATE), text(tree, KEY)) == (certificate, key)
    assert "Strict-Transport-Security" in text(tree, DIRECTIVES) and f"include {DIRECTIVES};" in text(tree, SITE)
    assert not Path("/run/nginx-of-the-machine.pid").exists(), "the check leaves nothing behind"
    assert {one.name for one in (tree / "etc/nginx").iterdir()} == {
        "conf.d", "sites-enabled", "nginx.conf", "mime.types", "other-site"}


def test_before_there_is_a_certificate_nginx_refuses_every_handshake(tree: Path) -> None:
    web(tree, lambda state: Web(shut="no certificate")).heal(state())
    assert "ssl_reject_handshake on;" in text(tree, DIRECTIVES) and not (tree / CERTIFICATE.lstrip("/")).exists()


def test_a_key_that_does_not_belong_to_its_certificate_is_not_put_into_place(tree: Path, outside: Authority) -> None:
    certificate, key = outside.issue()
    _, other = outside.issue()
    shown = {"1.2": Web(certificate, key), "1.3": Web(certificate, other)}
    host = web(tree, lambda state: shown[state.settings.reach.tls_minimum])
    host.heal(state())
    with pytest.raises(ServiceRefused, match="key values mismatch"):
        host.prepare(state(), state("1.3"))
    assert text(tree, KEY) == key and "TLSv1.2 " in text(tree, DIRECTIVES)
    assert [one for one in tree.rglob("*.boxmgmt-new")] == []


@pytest.mark.parametrize("path, spoiled, words", [
    ("etc/nginx/nginx.conf", "events {} http { nonsense on; include /etc/nginx/conf.d/*.conf; }\n", "nonsense"),
    ("etc/nginx/nginx.conf", "events {} http { include /etc/nginx/missing.conf; include /etc/nginx/conf.d/*.conf; }\n",
     "missing.conf"),
    ("etc/nginx/nginx.conf", "events {} http { }\n", "does not include /etc/nginx/conf.d/boxmgmt.conf"),
    ("etc/nginx/sites-enabled/other", OTHERS_SITE.replace("include", "ssl_session_tickets on; include"), "duplicate"),
])
def test_what_the_real_nginx_refuses_is_not_put_into_place(
        tree: Path, outside: Authority, path: str, spoiled: str, words: str) -> None:
    certificate, key = outside.issue()
    host = web(tree, lambda state: Web(certificate, key))
    host.heal(state())
    (tree / path).write_text(spoiled)
    before = text(tree, DIRECTIVES)
    with pytest.raises(ServiceRefused, match=words):
        host.prepare(state(), state("1.3"))
    assert text(tree, DIRECTIVES) == before
