"""Refusals about system info that is collected and handed out."""

from sysmgmt.domain.errors.refusal import Refusal


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


class DownloadBrokenOff(Refusal):
    """The download broke off: {problem}."""

    hint = "What has come so far is worth nothing; download it again."
