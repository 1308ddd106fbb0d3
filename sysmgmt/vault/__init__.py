"""Secrets: the only importer of argon2 and cryptography."""
