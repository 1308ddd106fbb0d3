"""Refusals about the software of the box: releases and the self-test."""

from sysmgmt.domain.errors.refusal import Refusal, Unable


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
