"""The requirements that are not met, each with the reason. A table of data."""

UNMET = {
    34: "There is no second factor of our own: SSH can ask for a key and a password together, TOTP is not offered.",
    41: "A stranger who knows names can lock them remotely, three guesses each; the console stays open to admin, and "
        "the level nist unlocks after 15 minutes. There is no penalty by origin yet.",
    49: "There is no lock screen: an idle session ends, and whoever leaves logs out.",
    58: "Only regenerate_encryption_keys, erase_box and set_password ask for the password again.",
}
