#!/usr/bin/env python3
"""Serves the documents of the projects here with Cog's own server, and sends it requests, right and wrong.

    python3 -m venv /tmp/cog && /tmp/cog/bin/pip install cog==0.23.1
    tests/schema/coglet.py /tmp/cog/bin

It must serve each document as it is, and refuse exactly the inputs that Cogpack's check refuses. An explicit `null` and the like are
tried as well: the comparison is about what the server does, not about what one would wish.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
PORT = 5187

# A predictor that starts everywhere: some of the projects need packages that are not there.
STAND_IN = """
class Runner:
    def run(self, **inputs) -> str:
        return "x"


def train(**inputs) -> str:
    return "x"
"""


def ask(path: str, body: object = None) -> tuple[int, object]:
    """The status and the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}{path}", data=data, headers={"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def refused(body: object) -> set[str]:
    return {str(entry["loc"][2]).split("/")[0] for entry in body["detail"]}


def serve(programs: Path, name: str, case: dict) -> tuple[int, list[str]]:
    """How many requests were compared, and what differed."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".cog").mkdir()
        (Path(folder) / ".cog/openapi_schema.json").write_text(case["document"])
        (Path(folder) / "predict.py").write_text(STAND_IN)
        environment = dict(
            os.environ,
            PATH=f"{programs}:{os.environ['PATH']}",
            VIRTUAL_ENV=str(programs.parent),
            COG_PREDICT_TYPE_STUB="predict.py:Runner",
            COG_TRAIN_TYPE_STUB="predict.py:train",
            PORT=str(PORT),
        )
        log = open(Path(folder) / "log", "w")
        command = [str(programs / "python"), "-m", "cog.server.http", "--host", "127.0.0.1"]
        trains = case["key"] == "TrainingInput"
        if trains:
            command += ["--x-mode", "train"]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(100):
                time.sleep(0.1)
                try:
                    if ask("/health-check")[1]["status"] == "READY":
                        break
                except OSError:
                    pass
            else:
                return 0, [f"{name}: the server does not start: {(Path(folder) / 'log').read_text()[-500:]}"]
            wrong = []
            if ask("/openapi.json")[1] != json.loads(case["document"]):
                wrong.append(f"{name}: another document is served")
            for request in case["requests"]:
                status, body = ask("/trainings" if trains else "/predictions", {"input": request["input"]})
                found = refused(body) if status == 422 else set()
                if found != set(request["refused"]):
                    wrong.append(f"{name}: {json.dumps(request['input'])[:200]}: {status} {found}, not {request['refused']}")
            return len(case["requests"]), wrong
        finally:
            server.terminate()
            server.wait()


def main() -> int:
    programs = Path(sys.argv[1]).absolute()
    wrong, compared = [], 0
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, COGPACK_SCHEMA_REQUESTS=folder)
        subprocess.run(["cargo", "test", "--quiet", "--test", "schema"], check=True, env=environment)
        for path in sorted(Path(folder).glob("*.json")):
            case = json.loads(path.read_text())
            count, found = serve(programs, path.stem, case)
            compared += count
            wrong += found
            print(f"{path.stem}: {count} requests, {len(found)} differ", flush=True)
    print("\n".join(wrong))
    print(f"{compared} requests, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
