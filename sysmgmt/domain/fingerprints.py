"""Fingerprints of certificates, in the two forms in which people compare them."""

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"


def read(text: str) -> str:
    """A SHA-256 fingerprint in the form of `openssl x509 -fingerprint`. Raises ValueError."""
    raw = bytes.fromhex(text.strip().replace(":", ""))
    if len(raw) != 32:
        raise ValueError("a SHA-256 fingerprint has 32 bytes")
    return spelled(raw)


def spelled(raw: bytes) -> str:
    """A digest as `openssl x509 -fingerprint` shows it: `AB:CD:...`."""
    return raw.hex(":").upper()


def words(fingerprint: str) -> str:
    """The fingerprint as words of five letters, to be read aloud: each stands for two bytes (proquints)."""
    raw = bytes.fromhex(fingerprint.replace(":", ""))
    return " ".join(_word(raw[place] << 8 | raw[place + 1]) for place in range(0, len(raw), 2))


def _word(value: int) -> str:
    places = ((12, _CONSONANTS), (10, _VOWELS), (6, _CONSONANTS), (4, _VOWELS), (0, _CONSONANTS))
    return "".join(letters[value >> shift & len(letters) - 1] for shift, letters in places)
