"""Ed25519, for the checkpoints of the audit. All keys and signatures are hexadecimal texts."""


class SigningKeys:
    """Makes pairs of keys, signs, and tells whether a signature is right."""

    def pair(self) -> tuple[str, str]:
        """A new private key, and its public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # expensive to import

        private = Ed25519PrivateKey.generate()
        return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()

    def sign(self, private: str, message: bytes) -> str:
        """The signature of `message`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private)).sign(message).hex()

    def is_signed(self, public: str, message: bytes, signature: str) -> bool:
        """Whether the owner of `public` has signed `message`."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
            return True
        except (InvalidSignature, ValueError):
            return False
