"""Everything secret in the tables is sealed under the master key, and all of it can be sealed anew."""

from sysmgmt.domain import sealed
from sysmgmt.domain.model import SECRET, MailServer, Settings, State
from sysmgmt.domain.model.snmp import SnmpUser
from sysmgmt.store import codec


def test_each_secret_in_a_table_is_sealed_but_for_the_hashes_of_passwords() -> None:
    secrets = {table: tuple(field for field, kind in shape.__annotations__.items()
                            if SECRET in getattr(kind, "__metadata__", ())) for table, shape in codec.TABLES.items()}
    assert secrets.pop("accounts") == ("password", "password_history")
    assert sealed.SEALED == {table: fields for table, fields in secrets.items() if fields}


def test_a_text_is_sealed_anew_for_its_place_and_one_that_is_not_there_stays_so() -> None:
    state = State(settings=Settings(audit_seeds=("first", "second")))
    state = state._replace(
        mail=state.mail.put("mail", MailServer("mail", "host", 25, "tls", "from", (), password="word")),
        snmp_users=state.snmp_users.put("ann", SnmpUser("ann", authentication="proof", privacy="")))
    anew = sealed.replaced(state, lambda text, place: f"{text} of {place}")
    mail, user = anew.mail.get("mail"), anew.snmp_users.get("ann")
    assert mail and mail.password == "word of mail mail password"
    assert user and (user.authentication, user.privacy) == ("proof of snmp_users ann authentication", "")
    assert anew.settings.audit_seeds == ("first of settings audit_seeds", "second of settings audit_seeds")
    assert anew.settings.time == state.settings.time
    assert {kind: count for kind, count in sealed.counted(anew).items() if count} == {
        "mail": 1, "snmp_users": 1, "audit_seeds": 2}
