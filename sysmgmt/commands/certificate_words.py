"""The nouns that commands about certificates are about. Whatever is slow happens while they are read."""

import re
from functools import partial
from typing import Annotated, Any, NamedTuple

from sysmgmt.commands.place_words import address, is_host, read_port, read_server
from sysmgmt.commands.words import any_name, any_text, from_file, listed, listed_of, one_of, whether, whole
from sysmgmt.domain import certificates, fingerprints, names, tls, truststore
from sysmgmt.domain.certificates import KEY_TYPES, MOST_DAYS, Bundle, PrivateKey
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import Certificate, RevocationList
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@[A-Za-z0-9.-]{{1,63}}")
LONGEST_NAMES = 512
"""Characters of all alternative names together (B29)."""


class Presented(NamedTuple):
    """What a server shows at a port."""

    port: int
    certificates: tuple[Certificate, ...]


def _field(longest: int) -> Any:
    def read(text: str, reading: Reading) -> str:
        if len(text) > longest or not text.isprintable():
            raise InvalidValue(what=f"Expected at most {longest} characters without control characters")
        return text.strip()
    return read


def _common_name(text: str, reading: Reading) -> str:
    if not text.strip():
        raise InvalidValue(what="The common name says whom the certificate is for, and cannot be empty")
    return str(_field(64)(text, reading))


def _country(text: str, reading: Reading) -> str:
    if text and not re.fullmatch("[A-Za-z]{2}", text):
        raise InvalidValue(what="A country is written with its two letters, such as DE or US")
    return text.upper()


def _alternative_names(text: str, reading: Reading) -> tuple[str, ...]:
    if len(text) > LONGEST_NAMES:
        raise InvalidValue(what=f"All alternative names together have at most {LONGEST_NAMES} characters")
    return tuple(dict.fromkeys(_alternative(one) for one in listed(text)))


def _alternative(text: str) -> str:
    kind, colon, value = text.partition(":")
    if not colon or kind not in ("DNS", "IP", "email"):
        kind, value = "", text
    if kind in ("", "IP") and (found := address(value)):
        return f"IP:{found}"
    if kind in ("", "email") and _MAIL.fullmatch(value):
        return f"email:{value}"
    if kind in ("", "DNS") and is_host(value):
        return f"DNS:{value.lower()}"
    raise InvalidValue(what="Alternative names are host names, addresses or mail addresses, separated by commas")


def _key(text: str, reading: Reading) -> PrivateKey:
    kind = one_of(*KEY_TYPES)(text, reading)
    return PrivateKey(kind, str(reading.slow.once(("key", kind), partial(reading.box.certifier.make_key, kind))))


def read_certificates(text: str, reading: Reading) -> Any:
    return reading.slow.once(("certificates", text), partial(reading.box.reader.certificates, text))


def _bundle(text: str, reading: Reading) -> Any:
    """Certificates and, if it is given apart, their key."""
    found = read_certificates(text, reading)
    return reading.slow.once(("pair", text), lambda: _paired(Bundle(found), reading))


def _paired(bundle: Bundle, reading: Reading) -> Bundle:
    """Certificates with the key that is given apart. One that cannot be read is refused as `key`, by its own word."""
    text = reading.texts.get("key", "")
    if not text:
        return bundle
    try:
        key = _private_key(text, reading)
    except InvalidValue:
        return bundle
    return reading.box.reader.pair(bundle.certificates, key)


def _private_key(text: str, reading: Reading) -> str:
    return str(reading.slow.once(("private", text), partial(_opened, text, reading)))


def _opened(key: str, reading: Reading) -> str:
    return reading.box.reader.key(key, reading.texts.get("password", ""))


def _file_of_certificates(data: bytes, reading: Reading) -> tuple[Certificate, ...]:
    if b"-----BEGIN" in data:
        return reading.box.reader.certificates(data.decode("utf-8", "replace"))
    bundle = reading.box.reader.bundle(data)
    if bundle.key:
        raise InvalidValue(what="Expected certificates only, but there is a private key")
    return bundle.certificates


def _file_of_bundle(data: bytes, reading: Reading) -> Bundle:
    return _paired(reading.box.reader.bundle(data, reading.texts.get("password", "")), reading)


def _file_of_revocations(data: bytes, reading: Reading) -> RevocationList:
    return reading.box.reader.revocations(data)


def _revocations(text: str, reading: Reading) -> Any:
    return reading.slow.once(("revocations", text), partial(reading.box.reader.revocations, text.encode()))


def _purposes(text: str, reading: Reading) -> tuple[str, ...]:
    found = listed_of("purpose", text, truststore.PURPOSES)
    return tuple(one for one in truststore.PURPOSES if one in found)


def _presented(text: str, reading: Reading) -> Presented:
    """What the server shows at this port: fetched here, since a network is slow."""
    truststore.check_acceptable(reading.state)
    port, host = read_port(text, reading), read_server(reading.texts.get("host", ""), reading)
    minimum, written = tls.floor(reading.state.settings.reach), reading.texts.get("starttls", "")
    protocol = _starttls(written, reading) if written else ""
    fetch = partial(reading.box.servers.presented, host, port, minimum, protocol)
    return Presented(port, reading.slow.once(("presented", host, port, minimum, protocol), fetch))


_starttls = one_of(*truststore.STARTTLS)


def _fingerprint(text: str, reading: Reading) -> str:
    try:
        return fingerprints.read(text)
    except ValueError:
        raise InvalidValue(what="Expected a SHA-256 fingerprint: 32 bytes as AB:CD:...") from None


def _known_name(text: str, reading: Reading) -> str:
    return names.canonical(text)


KeyType = Annotated[PrivateKey, Word("Type of the key", _key, "|".join(KEY_TYPES), offers=lambda state: KEY_TYPES)]
CommonName = Annotated[str, Word("Common name, such as the name of the box in the DNS", _common_name, "NAME")]
Country = Annotated[str, Word("Country, as two letters", _country, "CC")]
Region = Annotated[str, Word("State or province", _field(128), "TEXT")]
Locality = Annotated[str, Word("Locality", _field(128), "TEXT")]
Organization = Annotated[str, Word("Organization", _field(64), "TEXT")]
Unit = Annotated[str, Word("Organizational unit", _field(64), "TEXT")]
Mail = Annotated[str, Word("Mail address", _field(64), "ADDRESS")]
AlternativeNames = Annotated[tuple[str, ...], Word(
    "Alternative names: host names and addresses, separated by commas", _alternative_names, "NAME[,NAME...]")]
Validity = Annotated[int, Word("Days for which it is valid", whole(1, MOST_DAYS, "days"), f"1-{MOST_DAYS}")]
Automatic = Annotated[bool, whether("Whether the box renews certificates that it has signed itself")]
_RECORDED = certificates.recorded
Certificates = Annotated[tuple[Certificate, ...], Word(
    "Certificates (paste them, each from -----BEGIN to -----END)", read_certificates, "-", block=True,
    recorded=_RECORDED, instead="file")]
CertificateChain = Annotated[Bundle, Word(
    "The certificate and those above it (paste them, each from -----BEGIN to -----END)", _bundle, "-", block=True,
    recorded=_RECORDED, instead="file")]
RevocationText = Annotated[RevocationList, Word(
    "Revocation list (paste it, from -----BEGIN to -----END)", _revocations, "-", block=True, recorded=_RECORDED,
    instead="file")]
CertificatesFile = Annotated[tuple[Certificate, ...], Word(
    "Name of a file in the import folder", from_file(_file_of_certificates), "NAME")]
BundleFile = Annotated[Bundle, Word("Name of a file in the import folder (PEM or PKCS#12)",
                                    from_file(_file_of_bundle), "NAME")]
RevocationFile = Annotated[RevocationList, Word("Name of a file in the import folder",
                                                from_file(_file_of_revocations), "NAME")]
PrivateKeyText = Annotated[str, Word("Private key (paste it, from -----BEGIN to -----END)", _private_key, "-",
                                     secret=True, block=True)]
FilePassword = Annotated[str, Word("Password of the file or of the private key", any_text, "PASSWORD", secret=True)]
NewTrust = Annotated[str, Word("Name of the entry", any_name, "NAME")]
TrustName = Annotated[str, Word("Which entry", _known_name, "NAME", bare=True, none="The truststore is empty.",
                                offers=lambda state: state.trusted_certificates)]
RevocationName = Annotated[str, Word("Which revocation list", _known_name, "NAME", bare=True,
                                     none="There are no revocation lists.",
                                     offers=lambda state: state.revocation_lists)]
Purposes = Annotated[tuple[str, ...], Word("What it is trusted for, separated by commas", _purposes,
                                           "PURPOSE[,PURPOSE...]", offers=lambda state: truststore.PURPOSES)]
ServerPort = Annotated[Presented, Word("Port of the server", _presented, "1-65535")]
StartTls = Annotated[str, Word("What the server speaks before TLS; where it speaks TLS at once, nothing", _starttls,
                               "|".join(truststore.STARTTLS), offers=lambda state: truststore.STARTTLS)]
Fingerprint = Annotated[str, Word("SHA-256 fingerprint of its certificate", _fingerprint, "AB:CD:...")]
