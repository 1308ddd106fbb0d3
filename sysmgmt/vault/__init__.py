"""Secrets: the only importer of argon2's binding and of cryptography."""
