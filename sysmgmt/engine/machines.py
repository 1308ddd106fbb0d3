"""What a command may ask of the machine. Each raises ServiceRefused where that is not so, whatever the values are."""

from sysmgmt.engine.ports import Box


def governed_network(box: Box) -> None:
    """The network, the firewall and the clock follow the state."""
    box.network.check()


def governed_doors(box: Box) -> None:
    """SSH and the console follow the state."""
    box.doors.check()


def power(box: Box) -> None:
    """It can be restarted and shut down from here."""
    box.machine.check_power()
