"""Refusals about the appliance itself."""

from sysmgmt.domain.errors.refusal import Refusal, Unable


class UnknownVCenter(Refusal):
    """There is no vCenter {server}."""

    hint = "get_vcenters lists them."


class UnknownLicense(Refusal):
    """There is no licence {license}."""

    hint = "get_registration lists them."


class OtherBox(Refusal):
    """This box is not called {name}; nothing was erased."""

    hint = "Make sure that you are on the right box, and give its name as get_box_settings shows it."


class AdministratorsChanged(Refusal):
    """Somebody else made, locked, demoted, removed or gave a password to {names}; nothing is erased before {time}."""

    hint = "Have two administrators who were left alone for a day give the command, or wait."


class SelfTestFailed(Unable):
    """The self-test failed: {what}."""

    hint = "The box is in the safe state. Repair what is named, or install the release again, then use run_self_test."


class SafeState(Unable):
    """The box is in the safe state since a self-test failed, and changes nothing."""

    hint = "run_self_test says what failed; get_events_log tells since when."


class PackageRefused(Refusal):
    """The package {file} is not trusted: {reason}."""

    hint = "Nothing was installed. Get the file and its signature again, from where the vendor offers them."


class NotNewer(Refusal):
    """The release {version} is not newer than the installed one, {present}."""

    hint = "Where that is meant, add downgrade=yes."
