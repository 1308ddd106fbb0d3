"""boxmgmtd --deploy: the files that make a Debian machine a box, and what boxmgmtd looks after on it."""
