"""A menu as it should not be: whatever is no number goes to a shell."""

import os
import sys

if __name__ == "__main__":
    print("Logged in as nobody.\n: ", end="", flush=True)
    for line in sys.stdin:
        if line.strip().isdecimal():
            print(f"There is no choice {line.strip()}")
        else:
            os.system(line)
        print(": ", end="", flush=True)
