"""Declarations of commands, one module per chapter of the manual, without logic of their own."""
