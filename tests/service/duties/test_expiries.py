"""Nothing ends by its date unless an event has told of it before: certificates of all kinds, and revocation lists."""

import datetime
from collections.abc import Callable

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from sysmgmt.service.duties import health
from tests.support.authorities import CA, LEAF, NOW, Wish, make, revocations
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.tls_server import texts

DAY = 86400
BEGIN, END = NOW - datetime.timedelta(days=1), NOW + datetime.timedelta(days=100)
BOTH = LEAF._replace(extended=(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH))
ROOT = make("Root", wish=CA)


def short(wish: Wish) -> Wish:
    """As wished, for a hundred days from now on."""
    return wish._replace(begin=BEGIN, end=END)


def trust(admin: Client) -> str:
    """Trust an authority."""
    admin.facts(f'add_trusted_certificate name=ca purposes=ldap pem="{make("Other", wish=short(CA)).pem}"')
    return "trusted certificate ca"


def pin(admin: Client) -> str:
    """Trust the certificate of a server."""
    admin.facts(f'add_trusted_certificate name=pin purposes=ldap server=s pem="{make("s", wish=short(LEAF)).pem}"')
    return "trusted certificate pin"


def partner(admin: Client) -> str:
    """Have a partner."""
    admin.facts(f'add_partner name=east address=east pem="{make("east", wish=short(BOTH)).pem}"')
    return "certificate of the partner east"


def listed(admin: Client) -> str:
    """Honour a revocation list."""
    admin.facts(f'add_trusted_certificate name=root purposes=ldap pem="{ROOT.pem}"')
    admin.facts(f'add_revocation_list name=crl pem="{revocations(ROOT, since=BEGIN, until=END)}"')
    return "revocation list crl"


def installed(admin: Client) -> str:
    """Have a certificate below an authority that does not last as long."""
    middle = make("Middle", ROOT, short(CA))
    one = make("box1.example", middle)
    admin.facts(f'install_certificate pem="{texts([one, middle, ROOT])}" key="{one.key_pem}"')
    return "chain above the system certificate"


def made(admin: Client) -> str:
    """Have a certificate that the box has signed itself, and does not renew."""
    admin.facts("create_system_certificate common_name=box1 validity=100")
    admin.facts("set_certificate_renewal automatic=no")
    return "system certificate"


@pytest.mark.checklist("D19")
@pytest.mark.requirement(95)
@pytest.mark.parametrize("have", [trust, pin, partner, listed, installed, made], ids=lambda one: str(one.__name__))
def test_an_event_and_each_login_tell_thirty_days_ahead(basic: TestBox, have: Callable[[Client], str]) -> None:
    basic.clock.now = NOW.timestamp()
    subject = have(basic.admin())
    (look,) = [one.run for one in health.duties(str(basic.folder)) if "certificates" in one.name]

    def told() -> tuple[list[str], str]:
        look(basic.house())
        login = basic.client()
        warnings = login.log_in("admin", ADMIN_PASSWORD).warnings
        events = login.facts("get_events_log topic=certificates level=warning")["events"]
        return [f"{one['name']} {one['details']}" for one in events], " ".join(warnings)
    basic.clock.now += 69 * DAY
    assert told() == ([], "")
    basic.clock.now += 2 * DAY
    events, warnings = told()
    assert events == [f"CertificateExpires {warnings}"] and warnings.startswith(f"The {subject} expires on 2026-04-1")
    basic.clock.now += 40 * DAY
    events, warnings = told()
    assert len(events) == 1 and f"The {subject} expired on 2026-04-1" in warnings
