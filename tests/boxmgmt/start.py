"""Starts boxmgmt for the terminal tests, which start files."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])

from boxmgmt.__main__ import main  # noqa: E402

main()
