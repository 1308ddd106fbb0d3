"""Refusals about system info that is collected and handed out."""

from sysmgmt.domain.errors.refusal import Refusal, Unable


class UnknownArchive(Refusal):
    """There is no collected system info {name}."""

    hint = "get_collected_info lists what there is."
    askable = True


class ArchiveTooLarge(Refusal):
    """The system info does not fit: there is room for an archive of {megabytes} MB."""

    hint = "Choose parts, or a time with since and until; or make room (remove_collected_info)."


class CollectionRuns(Refusal):
    """System info is being collected already."""

    hint = "Try again when that is done; get_collected_info shows it then."


class NotForTerminals(Refusal):
    """An archive is not written to a terminal."""

    hint = "On another machine: ssh USER@BOX 'download_collected_info name={name}' > {name}.tar.gz"


class NoWebServer(Refusal):
    """The box has no web server that could hand the archive out{reason}."""

    hint = "Use download_collected_info over SSH, or send_collected_info."


class UnknownLink(Refusal):
    """There is no such address, or not any more."""


class TargetExists(Refusal):
    """There is an upload target {name} already."""

    hint = "remove_upload_target removes it."
    askable = True


class UnknownTarget(Refusal):
    """There is no upload target {name}."""

    hint = "get_upload_targets lists them; add_upload_target adds one."
    askable = True


class UploadFailed(Refusal):
    """The server {server} does not take the file: {reason}."""


class UploadNotInstalled(Unable):
    """The package paramiko, which speaks SFTP, is not installed on this box."""

    hint = "In a clone of the repository, with the pip that installed the box: pip install '.[upload]'."


class DownloadBrokenOff(Refusal):
    """The download broke off: {problem}."""

    hint = "What has come so far is worth nothing; download it again."
