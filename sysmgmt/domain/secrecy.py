"""What marks secrets in the values of the state."""

SECRET = "secret"
"""Marks a field whose value no command shows, not even `export_state`."""
