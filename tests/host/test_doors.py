"""What sshd and the name service are given: checked by the real sshd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Account, Settings, State
from sysmgmt.host import nss, sshd
from sysmgmt.host.services import HostServices

SHELLS = nss.Shells("/usr/lib/boxmgmt/boxmgmt", "/usr/lib/boxmgmt/sysmgmt", "/usr/lib/boxmgmt/home", 990)
KEYS = sshd.Keys("/bin/true", user="root", group="root")
MAIN = "Include /etc/ssh/sshd_config.d/*.conf\nSubsystem sftp /usr/lib/openssh/sftp-server\nHostKey {key}\n"


def state(*accounts: Account, **settings: str) -> State:
    """A state with these accounts and settings."""
    made = State(settings=Settings(**settings))  # type: ignore[arg-type]
    for one in accounts:
        made = made._replace(accounts=made.accounts.put(one.name, one))
    return made


ADMIN, BOB = Account("admin", "administrator", uid=70000), Account("bob", "monitor", uid=70001, locked_by="command")


@pytest.fixture
def tree(folder: Path) -> Iterator[Path]:
    """A root with a configuration of sshd."""
    from sysmgmt.host import programs
    (folder / "etc/ssh/sshd_config.d").mkdir(parents=True)
    programs.run("test", ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")])
    (folder / "etc/ssh/sshd_config").write_text(MAIN.format(key=folder / "key"))
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    yield folder


def doors(tree: Path) -> HostServices:
    """sshd below `tree`, without a running one."""
    service = sshd.service(KEYS, lambda state: sshd.ROOT_IS_SHUT, str(tree))
    return HostServices([service._replace(reload=lambda: None)], str(tree))


def test_the_drop_in_is_accepted_by_the_real_sshd(tree: Path) -> None:
    doors(tree).heal(state(banner="Keep out\\n"))
    text = (tree / sshd.DROP_IN.lstrip("/")).read_text()
    assert "DisableForwarding yes" in text and f"Banner {sshd.BANNER}" in text and "PermitRootLogin no" in text
    assert (tree / sshd.ISSUE.lstrip("/")).read_text() == "Keep out\\\\n\n", "agetty takes no escape of it"


@pytest.mark.parametrize("spoiled, words", [
    ("Include /etc/ssh/sshd_config.d/*.conf\nNonsense yes\n", "Bad configuration option: Nonsense"),
    ("Port 22\n", "does not include"),
    ("Include /etc/ssh/sshd_config.d/*.conf\nSubsystem sftp internal-sftp\nHostKey {key}\n", "internal-sftp"),
    ("Include /etc/ssh/sshd_config.d/*.conf\nHostKey /nonexistent\n", "no hostkeys available"),
])
def test_what_the_real_sshd_refuses_is_not_put_into_place(tree: Path, spoiled: str, words: str) -> None:
    doors(tree).heal(state(banner="one"))
    before = (tree / sshd.BANNER.lstrip("/")).read_text()
    (tree / "etc/ssh/sshd_config").write_text(spoiled.format(key=tree / "key"))
    with pytest.raises(ServiceRefused) as refusal:
        doors(tree).prepare(state(banner="one"), state(banner="two"))
    assert words in str(refusal.value)
    assert (tree / sshd.BANNER.lstrip("/")).read_text() == before == "one\n"


MATCHES = ("Match Address 10.0.0.0/8\n    AllowTcpForwarding yes\n", "match user eve\n    PermitOpen any\n",
           "Match Host *.example.org\n", "  Match Group wheel\n    X11Forwarding yes\nMatch all\n",
           "Include /etc/ssh/more/*.conf\n")


@pytest.mark.parametrize("text", MATCHES)
def test_a_match_that_stands_before_ours_is_refused_whomever_it_means(tree: Path, text: str) -> None:
    folder = tree / "etc/ssh/sshd_config.d"
    (tree / "etc/ssh/more").mkdir()
    (tree / "etc/ssh/more/one.conf").write_text(MATCHES[0])
    (folder / "90-site.conf").write_text(text)
    doors(tree).prepare(state(), state(banner="one"))  # the control: after ours it does no harm
    (folder / "90-site.conf").rename(folder / "00-site.conf")
    for old in (state(), state(banner="one")):
        with pytest.raises(ServiceRefused, match="stands before .*10-boxmgmt.conf and so could overrule it"):
            doors(tree).prepare(old, state(banner="two"))
    (folder / "00-site.conf").write_text("# Match Address 10.0.0.0/8\nLoginGraceTime 60\n")
    doors(tree).prepare(state(), state(banner="one"))


def test_a_match_of_the_main_file_may_only_follow_what_includes_ours(tree: Path) -> None:
    main = tree / "etc/ssh/sshd_config"
    text = main.read_text()
    main.write_text(text + "Match Address 10.0.0.0/8\n    AllowTcpForwarding yes\n")
    doors(tree).prepare(state(), state(banner="one"))
    main.write_text("Match Address 10.0.0.0/8\n    AllowTcpForwarding yes\nMatch all\n" + text)
    with pytest.raises(ServiceRefused, match="sshd_config has the line Match Address 10.0.0.0/8, which stands before"):
        doors(tree).prepare(state(), state(banner="one"))


def test_users_are_listed_with_their_own_number_and_the_shell_of_their_role(tree: Path) -> None:
    carol = Account("carol", "admin", uid=70002)
    HostServices([nss.service(SHELLS, 42, str(tree))], str(tree)).heal(state(ADMIN, BOB, carol, Account("new", "x")))
    lines = (tree / "var/lib/extrausers/passwd").read_text().splitlines()
    assert lines == [
        "admin:x:70000:990:administrator:/usr/lib/boxmgmt/home:/usr/lib/boxmgmt/boxmgmt",
        "bob:x:70001:990:monitor:/usr/lib/boxmgmt/home:/usr/lib/boxmgmt/sysmgmt",
        "carol:x:70002:990:admin:/usr/lib/boxmgmt/home:/usr/lib/boxmgmt/boxmgmt"]
    shadow = tree / "var/lib/extrausers/shadow"
    assert [line.split(":")[1] for line in shadow.read_text().splitlines()] == ["*"] * 3
    assert shadow.stat().st_mode & 0o777 == 0o640 and shadow.stat().st_gid == 42


def test_only_names_numbers_and_roles_concern_the_name_service() -> None:
    old = state(ADMIN, BOB)
    assert not nss.concerns(old, old._replace(accounts=old.accounts.put("bob", BOB._replace(strikes=2, locked_by=""))))
    for changed in (BOB._replace(role="admin"), BOB._replace(uid=70009)):
        assert nss.concerns(old, old._replace(accounts=old.accounts.put("bob", changed)))
    assert nss.concerns(old, old._replace(accounts=old.accounts.without("bob")))


@pytest.mark.parametrize("line, words", [
    ("bob:x:1000:1000::/home/bob:/bin/bash", "has a user bob of its own"),
    ("eve:x:70001:1000::/home/eve:/bin/bash", "has the number 70001, which is that of bob"),
])
def test_a_user_of_the_operating_system_is_never_covered(tree: Path, line: str, words: str) -> None:
    host = HostServices([nss.service(SHELLS, 42, str(tree))], str(tree))
    host.heal(state(ADMIN))
    with open(tree / "etc/passwd", "a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(ServiceRefused) as refusal:
        host.prepare(state(ADMIN), state(ADMIN, BOB))
    assert words in str(refusal.value)
    assert "bob" not in (tree / "var/lib/extrausers/passwd").read_text()
