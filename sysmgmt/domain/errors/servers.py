"""Refusals of servers, upload targets and partners that the box speaks with."""

from sysmgmt.domain.errors.refusal import Refusal, Unable


class ServerRefused(Refusal):
    """The server {server} is not trusted: {reason}."""


class ServerUnreachable(Refusal):
    """The server {server} cannot be reached: {reason}."""


class ProbeFailed(Refusal):
    """The test failed: {what}."""


class NotConfigured(Refusal):
    """There is no {what} yet."""

    hint = "{command} sets it up."


class ClearText(Refusal):
    """Over {protocol} everybody on the way can read and change what is sent, and nobody knows who takes it."""

    hint = "Use protocol=tls; where the receiver leaves no choice, add insecure=yes."


class UnknownSnmpUser(Refusal):
    """There is no SNMP user {name}."""

    hint = "get_snmp_settings lists the SNMP users; add_snmp_user adds one."
    askable = True


class SnmpUserInUse(Refusal):
    """The box notifies its receivers as the SNMP user {name}."""

    hint = "config_snmp user=NAME names another one; then this one can be removed."


class DeliveryFailed(Refusal):
    """The server {server} takes no message: {reason}."""


class PartnerExists(Refusal):
    """There is a partner {name} already."""

    hint = "change_cluster_certificate gives it another certificate; to change its address, remove it first."
    askable = True


class UnknownPartner(Refusal):
    """There is no partner {name}."""

    hint = "get_partners lists the partners."
    askable = True


class PartnerFailed(Refusal):
    """The step {step} fails: {reason}."""

    hint = "The steps are name, port, tls, certificate and exchange, in this order; those before it have passed."


class ClusterIsolated(Refusal):
    """The cluster is isolated: the box speaks with none of its partners."""

    hint = "set_cluster_isolation mode=off ends that."


class CommunicationInsecure(Refusal):
    """Without authentication and encryption, whoever is on the network can read and forge what partners say."""

    hint = "Where performance leaves no choice, add unprotected=yes."


class TargetExists(Refusal):
    """There is an upload target {name} already."""

    hint = "remove_upload_target removes it."
    askable = True


class UnknownTarget(Refusal):
    """There is no upload target {name}."""

    hint = "get_upload_targets lists them; add_upload_target adds one."
    askable = True


class TargetInUse(Refusal):
    """Backups of the schedule {schedule} go to the upload target {name}."""

    hint = "Whoever may schedule backups gives that one another target, or none, with schedule_backup."


class UploadFailed(Refusal):
    """The server {server} does not take the file: {reason}."""


class UploadNotInstalled(Unable):
    """The package paramiko, which speaks SFTP, is not installed on this box."""

    hint = "In a clone of the repository, with the pip that installed the box: pip install '.[upload]'."
