"""Refusals about the appliance itself."""

from sysmgmt.domain.errors.refusal import Refusal


class UnknownVCenter(Refusal):
    """There is no vCenter {server}."""

    hint = "get_vcenters lists them."


class UnknownLicense(Refusal):
    """There is no licence {license}."""

    hint = "get_registration lists them."


class OtherBox(Refusal):
    """This box is not called {name}; nothing was erased."""

    hint = "Make sure that you are on the right box, and give its name as get_box_settings shows it."
    askable = True


class AdministratorsChanged(Refusal):
    """Somebody made, locked, demoted, removed, or gave a password or key to {names}: nothing is erased till {time}."""

    hint = "Have two administrators who were left alone for a day give the command, or wait."
