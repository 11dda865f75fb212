#!/usr/bin/env python3
"""Writes what Cog 0.19.3 says of each project here: NAME/cog-0.19.3.json, or cog-0.19.3.txt with its error.

    python3 -m venv /tmp/cog && /tmp/cog/bin/pip install cog==0.19.3
    tests/schema/oracle.py /tmp/cog/bin/python

With `--check`, nothing is written, and a difference to what lies here is an error.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def document(python: str, project: Path) -> tuple[str, str]:
    """The file to write, and its text."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COG_")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    # As in an image: modules of the project can be imported.
    environment["PYTHONPATH"] = str(project)
    command = [python, "-m", "cog.command.openapi_schema"]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    if run.returncode == 0:
        start = run.stdout.index("{")
        return "cog-0.19.3.json", json.dumps(json.loads(run.stdout[start:]), indent=1, ensure_ascii=False) + "\n"
    return "cog-0.19.3.txt", run.stderr.strip().splitlines()[-1].replace(str(HERE), ".") + "\n"


def main() -> int:
    arguments = sys.argv[1:]
    check = "--check" in arguments
    python = next(argument for argument in arguments if argument != "--check")
    wrong = 0
    for project in sorted(path.parent for path in HERE.glob("*/cog.yaml")):
        name, text = document(python, project)
        target = project / name
        if check:
            if not target.exists() or target.read_text() != text:
                print(f"{target}: differs")
                wrong += 1
            continue
        for other in project.glob("cog-0.19.3.*"):
            other.unlink()
        target.write_text(text)
        print(target.relative_to(HERE))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
