"""boxmgmtd --deploy: the files that make a Debian machine a box, each as a value."""
