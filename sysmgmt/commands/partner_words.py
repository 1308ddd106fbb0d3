"""The nouns that commands about partners are about."""

from typing import Annotated

from sysmgmt.commands.certificate_words import CertificatesFile, read_certificates
from sysmgmt.commands.place_words import own_address, port, read_server
from sysmgmt.commands.words import any_name, choice, stored, whether
from sysmgmt.domain import certificates, names, partners
from sysmgmt.domain.model import Communication
from sysmgmt.domain.model.certificates import Certificate
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading


def _known(text: str, reading: Reading) -> str:
    return names.canonical(text)


NewPartner = Annotated[str, Word("Name of the partner, as it calls itself", any_name, "NAME")]
PartnerName = Annotated[str, Word("Which partner", _known, "NAME", bare=True, none="There are no partners.",
                                  offers=lambda state: state.partners)]
PartnerAddress = Annotated[str, Word("Name or address of the partner", read_server, "ADDRESS")]
PartnerPort = Annotated[int, port("Port at which the partner listens for others")]
OwnPort = Annotated[int, stored("Port at which the box listens for its partners", Communication, "port", least=1024)]
OwnAddress = Annotated[str, own_address("Address at which the box listens for its partners")]
PartnerCertificate = Annotated[tuple[Certificate, ...], Word(
    "Certificate that the partner shows (paste it, from -----BEGIN to -----END)", read_certificates, "-", block=True,
    recorded=certificates.recorded, instead="file")]
PartnerFile = CertificatesFile
Isolation = Annotated[str, choice("Whether the cluster is isolated", ("on", "off"))]
CommunicationLevel = Annotated[str, choice(
    "Communication security level (authenticated_encrypted is recommended)", partners.LEVELS)]
Unprotected = Annotated[bool, whether("Whether communication without protection is wanted")]
