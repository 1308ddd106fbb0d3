"""What boxmgmtd does by itself: a module for each of its duties."""
