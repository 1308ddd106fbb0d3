"""Refusals about the keys that the box seals and signs with."""

from sysmgmt.domain.errors.refusal import Unable


class MasterKeyMissing(Unable):
    """The master key of the box is missing; what it has sealed cannot be opened."""

    hint = "Put back the file master.key of this box, or the credential that it is kept under."


class MasterKeyWrong(Unable):
    """The master key is not the one under which this box has sealed its secrets."""

    hint = "Put back the file master.key of this box, or the credential that it is kept under."


class KeysNotProven(Unable):
    """The new keys do not prove themselves ({what}); the old ones stay in force."""

    hint = "Nothing was changed. Keep a copy of the whole state folder, and look at get_certificates."
