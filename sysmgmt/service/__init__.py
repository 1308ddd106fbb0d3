"""Service mode: boxmgmtd owns state, keys and journal; the shells are clients without privilege."""
