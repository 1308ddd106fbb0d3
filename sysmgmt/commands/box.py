"""The box: installation, status, name, banner, power."""

from sysmgmt.commands.password_words import FirstPassword
from sysmgmt.commands.words import Banner, BoxName, Level
from sysmgmt.domain import facts, installation, partner_facts
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import audit_seeds, cluster_certificate, machines, status
from sysmgmt.engine.declaration import BEFORE_INSTALLATION, Act, Call, Change, Shown, command


@command(needs=BEFORE_INSTALLATION)
def install(call: Call, name: BoxName, level: Level, password: FirstPassword) -> Change:
    """Install the box: its name, the security level, and the password of the user admin.

    There is no default password: until this was done nobody can log in.
    """
    key = call.box.sealer.make(call.now)
    plan = installation.Plan(name, level, password, call.box.clock.token(), call.box.release, key,
                             audit_seeds.new_seed(call.box, key))
    installed = installation.install(call.state, plan, call.now)
    return Change(cluster_certificate.renew(call._replace(state=installed)), {"name": name, "level": level})


@command(needs=Permission.VIEW)
def get_installation(call: Call) -> Shown:
    """Show what was installed, and when."""
    return Shown(facts.installation(call.state.settings))


@command(needs=Permission.VIEW)
def get_system_status(call: Call) -> Shown:
    """Show whether the box is well: what is not as it should be, users, sessions, storage."""
    return Shown(status.of_box(call.box, call.state))


@command(needs=Permission.VIEW)
def get_cluster_status(call: Call) -> Shown:
    """Show the cluster: this box with its name, id, level and version, and how it speaks with its partners.

    Where the box does not listen for partners, the reason is told.
    """
    listener = partner_facts.listener(call.state, call.box.listeners(call.state), call.now)
    return Shown(facts.cluster(call.state, call.box.release, listener))


@command(needs=Permission.VIEW)
def get_box_settings(call: Call) -> Shown:
    """Show the settings of the box."""
    return Shown(facts.box_settings(call.state.settings))


@command(needs=Permission.BOXMGMT)
def set_box_name(call: Call, name: BoxName) -> Change:
    """Rename the box."""
    settings = call.state.settings._replace(name=name)
    return Change(call.state._replace(settings=settings), {"name": name})


@command(needs=Permission.BOXMGMT)
def set_login_banner(call: Call, text: Banner) -> Change:
    """Change the text that is shown before a login; an empty text shows none."""
    settings = call.state.settings._replace(banner=text)
    return Change(call.state._replace(settings=settings), {"banner": text})


@command(needs=Permission.BOXMGMT, asks="Reboot the box now?", reserve=True, checks=machines.power)
def reboot_box(call: Call) -> Act:
    """Restart the box."""
    return Act(call.box.machine.reboot)


@command(needs=Permission.BOXMGMT, asks="Shut the box down now?", reserve=True, checks=machines.power)
def shut_down_box(call: Call) -> Act:
    """Shut the box down."""
    return Act(call.box.machine.power_off)
