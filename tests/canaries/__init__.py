"""Secrets that nobody else has, sent through every command and failure, and looked for wherever something is kept."""
