"""The real doors, in a throw-away machine: sshd, login, and a shell that somebody has taken over."""
