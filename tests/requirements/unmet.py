"""The requirements that are not met, each with the reason. A table of data."""

UNMET = {
    34: "There is no second factor of our own: SSH can ask for a key and a password together, TOTP is not offered.",
    49: "There is no lock screen: an idle session ends, and whoever leaves logs out.",
    58: "Only regenerate_encryption_keys, erase_box and set_password ask for the password again.",
}
