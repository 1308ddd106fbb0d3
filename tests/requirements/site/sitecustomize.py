"""Python runs this at its start: it switches off the rule of the row that SABOTAGE_ROW names."""

import os
import sys

if os.environ.get("SABOTAGE_ROW"):
    sys.path.insert(0, os.environ["SABOTAGE_ROOT"])
    from tests.requirements.switches import flip

    flip(int(os.environ["SABOTAGE_ROW"]))
    sys.path.remove(os.environ["SABOTAGE_ROOT"])
