"""Tests of the whole project; each folder mirrors a package or tells of a promise."""
