"""Declarations of commands, one module per chapter of the manual, and the words that read their values."""
