"""A boxmgmtd whose clock a test moves: the real program, with the time of day that a file says besides."""

PATH = "/opt/boxmgmt/moved.py"
MOVED = "/run/clock-moved"
"""Holds by how many seconds the clock is wrong."""
PROGRAM = f"""import os, sys, time
real = time.time

def moved():
    try:
        with open({MOVED!r}) as file:
            return real() + float(file.read())
    except FileNotFoundError:
        return real()

time.time = moved
sys.path.insert(0, "/opt/boxmgmt/lib")
from sysmgmt.service.__main__ import main
main()
"""
