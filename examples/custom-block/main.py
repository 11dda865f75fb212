"""Counts the words of its standard input with a program written in C."""

import subprocess
import sys

if __name__ == "__main__":
    sys.exit(subprocess.run(["count"], check=False).returncode)
