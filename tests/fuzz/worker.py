"""One target under libFuzzer: `python -m tests.fuzz.worker TARGET [OPTION OF LIBFUZZER ...]`; needs atheris."""

import sys

import atheris

with atheris.instrument_imports(include=["sysmgmt", "boxmgmt", "tests.fuzz.control"]):
    from tests.fuzz.targets import EVERY

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], EVERY[sys.argv[1]])
    atheris.Fuzz()
