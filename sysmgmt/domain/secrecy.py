"""What marks secrets in the values of the state, and what is shown instead of one."""

SECRET = "secret"
"""Marks a field whose value no command shows, not even `export_state`."""
MASK = "***"
"""Stands where a secret stood, or may have."""
