"""Sysmgmt: the engine of an appliance's administration, and its command shell."""

__version__ = "0.1.0"
