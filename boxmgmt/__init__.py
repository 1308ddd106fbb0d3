"""Boxmgmt: the numbered menu over the engine of Sysmgmt."""
