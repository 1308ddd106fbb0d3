"""The software of the box: its version, and whether it is as it should be (R110, R252-R254)."""

from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import selftest
from sysmgmt.engine.declaration import Act, Call, Shown, command


@command(needs=Permission.VIEW)
def get_version(call: Call) -> Shown:
    """Show the release of the box, what it stands upon, and what its files are compared with in a self-test."""
    return Shown({"version": call.box.release, "state_format": call.box.store.check()["format"],
                  **call.box.soundness.versions(), "files_compared_with": call.box.soundness.source()})


@command(needs=Permission.BOXMGMT, reserve=True)
def run_self_test(call: Call) -> Act:
    """Test the box itself: known answers of its cryptography, its installed files, state, audit, and services.

    boxmgmtd does the same at its start and once a day. After a self-test that failed the box is in the safe state:
    everything can be looked at and nothing is changed, but passwords, locks, and what keeps the audit and the
    disk usable. The event SelfTestFails tells of it, and the next self-test that passes ends it.
    """
    return Act(lambda: selftest.run(call.box, call.catalog, call.report))


COMMANDS = (get_version, run_self_test)
