#!/usr/bin/env python3
"""Builds on real engines: how long they take, what they push, and whether they can be repeated.

    cargo build --release
    make env                                   # engines, a registry, base images: docs/testing.md
    python3 benches/build.py                   # all parts
    python3 benches/build.py --only model      # one of: model, predict, layers, files, again
    python3 benches/build.py --check           # exit 1 when a limit is exceeded

- `model`: a model as a Cogpack project and as a hand-written Dockerfile, in turns, on engines of their own with their data in memory.
- `predict`: a prediction of `examples/hello-world` from an empty engine, and again, on such engines too.
- `layers`: what an edit pushes when a package of 200 MB is in the image, which stands for a framework such as torch.
- `files`: 100,000 files of 1 KiB as a context.
- `again`: one project in two folders, built without cache, with `SOURCE_DATE_EPOCH`.

Needs only Python 3 and the environment for tests. Packages come from PyPI, but for the large one. What it starts it ends, and it
writes to a folder of its own, to the registry's repositories `bench/…`, and to images of these names.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV = ROOT / "tests/env/env.py"
MIB = 1024 * 1024
# The longest that one command may take.
SECONDS = 600
# Cogpack's time by the Dockerfile's. Medians of a few builds differ by this much on a machine that does other things.
MOST_RATIO, NOISE = 1.0, 0.1
# The share of the image that a small edit may push.
MOST_PUSHED = 0.01
# The longest that a prediction may take, in seconds: from an empty engine, and with the image there.
MOST_COLD, MOST_WARM = 20.0, 3.0
# BuildKit's own client, in Go, on one machine: seconds cold and warm. And how much more it may be, and memory.
GO_COLD, GO_WARM, MOST_OF_GO, MOST_MEMORY = 8.0, 1.75, 1.5, 100 * MIB

RUNNER = '''import emoji
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, name: str = Input(description="Who is greeted")) -> str:
        """Run one prediction."""
        return emoji.emojize(f"hello {name} :waving_hand:")
'''

COG_YAML = """build:
  python_version: "3.13"
  python_requirements: requirements.txt
run: run.py:Runner
"""

# What somebody writes who knows how: stages, cache mounts, all packages in one step, the source last.
DOCKERFILE = """FROM {base} AS build
COPY --from=ghcr.io/astral-sh/uv:{uv} /uv /usr/local/bin/
RUN uv venv /venv --python 3.13
ENV UV_LINK_MODE=copy
{install}

FROM {base}
ENV VIRTUAL_ENV=/venv PATH=/venv/bin:$PATH COG_PREDICT_TYPE_STUB=run.py:Runner
COPY --from=build /venv /venv
WORKDIR /src
COPY . /src
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
"""

MOUNTS = "--mount=type=cache,target=/root/.cache/uv --mount=type=bind,source=requirements.txt,target=/requirements.txt"
INSTALL = f"RUN {MOUNTS} uv pip install --python /venv -r /requirements.txt cog=={{cog}}"
SLIM = "docker.io/library/python:3.13-slim"

FRAMEWORK_BLOCK = """## A large package from an index in an image, as a framework would be.
block framework {
  needs python, venv
  needs uv in build

  detect { exists("requirements.txt") }

  phase build.framework-deps {
    stage install "Install the framework" {
      writes "/venv"
      run "uv pip install --python ${venv} --no-index --find-links /wheels framework==VERSION" {
        mount bind from image "INDEX" to "/wheels"
        env UV_LINK_MODE = "copy"
        env UV_NO_CACHE = "1"
      }
    }
  }

  phase export.runtime {
    stage framework-layer "The framework" {
      layer from stage install
    }
  }
}
"""
FRAMEWORK_STEP = "RUN --mount=type=bind,from={index},target=/wheels uv pip install --no-cache --python /venv --no-index --find-links /wheels framework=={version}"


class Failed(Exception):
    """A build or a command that should have worked."""


def run(argv, env=None, cwd=None, data=None):
    """Runs a command to its end: its output."""
    argv = [str(word) for word in argv]
    done = subprocess.run(
        argv, env={**os.environ, **(env or {})}, cwd=cwd, input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS
    )
    if done.returncode:
        raise Failed(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout.decode(errors='replace')[-3000:]}")
    return done.stdout.decode(errors="replace")


class Machine:
    """The command that is measured, and the environment for tests."""

    def __init__(self, cogpack):
        run([sys.executable, ENV, "up"])
        self.cogpack = cogpack
        self.state = Path(os.environ.get("COGPACK_TEST_ENV") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cogpack-test-env")
        known = dict(line.split("=", 1) for line in (self.state / "addresses.env").read_text().splitlines())
        self.docker, self.registry = known["DOCKER_CLI"], known["REGISTRY"]
        self.new = Engine(self, "docker-26.1", known["DOCKER_26_SOCK"], known["BUILDKIT_SOCK"])
        self.started = []

    def engine(self, name, release):
        """One more engine, with its data in memory."""
        self.started.append(name)
        said = run([sys.executable, ENV, "start", name, "--release", release, "--tmpfs"])
        found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        return Engine(self, name, found["DOCKER_SOCK"], found["BUILDKIT_SOCK"])

    def stop(self, name):
        run([sys.executable, ENV, "stop", name])
        self.started.remove(name)

    def end(self):
        for name in list(self.started):
            self.stop(name)


class Engine:
    """One engine, and the two ways to build on it."""

    def __init__(self, machine, name, socket, buildkit):
        self.machine, self.name, self.buildkit = machine, name, buildkit
        self.env = {"DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain", "NO_COLOR": "1"}
        for variable in ("BUILDKIT_HOST", "DOCKER_CONTEXT", "SOURCE_DATE_EPOCH"):
            os.environ.pop(variable, None)

    def docker(self, *words, data=None):
        return run([self.machine.docker, *words], self.env, data=data)

    def cogpack(self, *words, env=None):
        return run([self.machine.cogpack, *words], {**self.env, **(env or {})})

    def size(self, tag):
        return int(self.docker("image", "inspect", "-f", "{{.Size}}", tag))


def versions(machine, project):
    """The versions of uv and Cog that Cogpack takes, for the Dockerfile to take the same."""
    said = run([machine.cogpack, "plan", project], {"NO_COLOR": "1"})
    return dict(re.findall(r"(uv|cog) (\d[\w.]*)", next(line for line in said.splitlines() if line.startswith("versions"))))


def seconds(work, *arguments):
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


# ---- model

class Project:
    """The model in a folder of its own, and the edits of it."""

    def __init__(self, folder, machine):
        self.folder = folder
        folder.mkdir(parents=True)
        self.write("run.py", RUNNER)
        self.write("cog.yaml", COG_YAML)
        self.write("requirements.txt", "emoji==2.14.0\n")
        self.known = versions(machine, folder)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def edit_source(self, number):
        self.write("run.py", f"{RUNNER}# {number}\n")

    def edit_config(self, number):
        """A label of the image. The `environment` of cog.yaml is no such edit: it holds for the steps of the build too."""
        self.write("cogpack.toml", f'[export]\nlabels = {{ "org.example.edit" = "{number}" }}\n')

    def add_requirement(self, _number):
        self.write("requirements.txt", "emoji==2.14.0\ntext-unidecode==1.3\n")

    def nothing(self, _number):
        pass


class WithCogpack(Project):
    title = "Cogpack"

    def build(self, engine):
        engine.cogpack("build", self.folder, "-t", "bench/model")


class WithDockerfile(Project):
    title = "Dockerfile"

    def __init__(self, folder, machine):
        super().__init__(folder, machine)
        self.write("Dockerfile", DOCKERFILE.format(base=SLIM, install=INSTALL.format(**self.known), **self.known))

    def edit_config(self, number):
        super().edit_config(number)
        text = (self.folder / "Dockerfile").read_text()
        lines = [line for line in text.splitlines() if not line.startswith("LABEL ")]
        self.write("Dockerfile", "\n".join([*lines, f'LABEL org.example.edit="{number}"']) + "\n")

    def build(self, engine):
        engine.docker("build", "-t", "bench/model", self.folder)


# What is done before a build, and how often in a round.
STEPS = [
    ("cold", "nothing", 1),
    ("warm", "nothing", 4),
    ("source edited", "edit_source", 4),
    ("config edited", "edit_config", 4),
    ("requirement added", "add_requirement", 1),
]


def model(machine, work, rounds, report):
    for release in ("20.10", "26.1"):
        taken = {(title, tool): [] for title, _, _ in STEPS for tool in (WithCogpack, WithDockerfile)}
        sizes = {}
        for number in range(rounds):
            one_round(machine, work / f"model-{release}-{number}", release, number, taken, sizes)
        report.title(f"a model on Docker {release}, {rounds} rounds", "Cogpack", "Dockerfile", "ratio")
        for title, _, _ in STEPS:
            ours, theirs = (statistics.median(taken[title, tool]) for tool in (WithCogpack, WithDockerfile))
            report.line(title, f"{ours:.2f} s", f"{theirs:.2f} s", ratio=ours / theirs)
        ours, theirs = sizes[WithCogpack], sizes[WithDockerfile]
        report.line("image size", f"{ours / MIB:.1f} MiB", f"{theirs / MIB:.1f} MiB", ratio=ours / theirs)


def one_round(machine, work, release, number, taken, sizes):
    """Both tools go through all steps, each on an engine that is new: what one leaves in a cache helps the other nothing."""
    tools = [WithCogpack, WithDockerfile]
    if number % 2:
        tools.reverse()
    projects = {tool: tool(work / tool.title, machine) for tool in tools}
    engines = {tool: machine.engine(f"bench-{tool.title[0].lower()}", release) for tool in tools}
    for title, edit, times in STEPS:
        for turn in range(times):
            for tool in tools:
                getattr(projects[tool], edit)(f"{number}-{turn}")
                taken[title, tool].append(seconds(projects[tool].build, engines[tool]))
    for tool in tools:
        sizes[tool] = engines[tool].size("bench/model")
        machine.stop(engines[tool].name)


# ---- predict

def predict(machine, work, rounds, report):
    project, image = ROOT / "examples/hello-world", "bench/predict"
    kinds = {
        "cold": ([project, "-i", "s=hello"], MOST_COLD),
        "warm": ([project, "-i", "s=hello"], MOST_WARM),
        "warm, an image": ([image, "-i", "s=hello"], MOST_WARM),
        "warm, inputs from a file": ([project, "--json", work / "inputs.json"], MOST_WARM),
    }
    (work / "inputs.json").write_text('{"s": "hello"}')
    for release in ("20.10", "26.1"):
        taken = {title: [] for title in kinds}
        for _ in range(rounds):
            engine = machine.engine("bench-p", release)
            for title, (words, _limit) in kinds.items():
                if words[0] == image:
                    engine.cogpack("build", project, "-t", image)
                taken[title].append(seconds(predict_one, machine, engine, words))
            if left := engine.docker("ps", "--all", "--quiet").strip():
                raise Failed(f"containers are left on Docker {release}: {left}")
            machine.stop(engine.name)
        report.title(f"a prediction on Docker {release}, {rounds} rounds", "median", "longest", "limit")
        for title, (_words, limit) in kinds.items():
            most = max(taken[title])
            report.line(title, f"{statistics.median(taken[title]):.2f} s", f"{most:.2f} s", f"{limit:.0f} s", failed=most > limit)


def predict_one(machine, engine, words):
    argv = [str(word) for word in (machine.cogpack, "predict", *words)]
    done = subprocess.run(argv, env={**os.environ, **engine.env}, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode or done.stdout != "hello hello\n":
        raise Failed(f"{' '.join(argv)} ended with {done.returncode} and printed {done.stdout!r}:\n{done.stderr[-3000:]}")


# ---- layers

class Pushed:
    """A repository of the registry, and what pushes add to it."""

    def __init__(self, machine, name):
        self.machine, self.name = machine, f"bench/{name}"
        storage = machine.state / "registry/data/docker/registry/v2"
        self.links = storage / "repositories" / self.name / "_layers/sha256"
        self.blobs = storage / "blobs/sha256"
        shutil.rmtree(storage / "repositories" / self.name, ignore_errors=True)

    @property
    def reference(self):
        return f"{self.machine.registry}/{self.name}"

    def known(self):
        return {link.name for link in self.links.iterdir()} if self.links.exists() else set()

    def size(self, names):
        return sum((self.blobs / name[:2] / name / "data").stat().st_size for name in names)

    def manifest(self, tag):
        kinds = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"]
        address = f"http://{self.machine.registry}/v2/{self.name}/manifests/{tag}"
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": ", ".join(kinds)}), timeout=30) as answer:
            return json.load(answer), answer.headers["Docker-Content-Digest"]

    def layers(self, tag):
        """The layers of an image: digests with sizes."""
        return {layer["digest"]: layer["size"] for layer in self.manifest(tag)[0]["layers"]}


def wheel(folder, version, name, size):
    """A wheel of one module: random bytes, of this name."""
    data = os.urandom(size)
    info = f"framework-{version}.dist-info"
    files = {
        f"framework/{name}": data,
        "framework/__init__.py": b"",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: framework\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(folder / f"framework-{version}-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
            sha = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={sha},{len(content)}\n"
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")


class LayeredCogpack:
    """A plan of the project on a base image of our own, pushed by Cogpack."""

    title = "Cogpack"

    def __init__(self, machine, folder, index, base):
        self.engine, self.folder, self.index, self.base = machine.new, folder, index, base
        self.machine = machine
        self.repository = Pushed(machine, "layers-cogpack")
        (folder / "blocks").mkdir(parents=True)
        self.ask_for("1.0")

    def ask_for(self, version):
        self.folder.joinpath("blocks/framework.block").write_text(FRAMEWORK_BLOCK.replace("INDEX", self.index).replace("VERSION", version))

    def push(self, tag, epoch):
        plan = self.folder.parent / "plan.json"
        text = run([self.machine.cogpack, "compile", self.folder])
        plan.write_text(text.replace(SLIM, self.base))
        self.engine.cogpack(
            "build", "--plan", plan, "--context", f"context={self.folder}", "--pull", "-t", f"{self.repository.reference}:{tag}", "--push",
            env={"SOURCE_DATE_EPOCH": epoch} if epoch else None,
        )


class LayeredDockerfile:
    """The same by hand: the framework in a step of its own, and one copy of the environment."""

    title = "Dockerfile"

    def __init__(self, machine, folder, index, base):
        self.engine, self.folder, self.index, self.base = machine.new, folder, index, base
        self.repository = Pushed(machine, "layers-dockerfile")
        folder.mkdir(parents=True)
        self.known = {}
        self.ask_for("1.0")

    def ask_for(self, version):
        self.version = version

    def push(self, tag, epoch):
        self.known = self.known or versions(self.engine.machine, self.folder)
        install = FRAMEWORK_STEP.format(index=self.index, version=self.version) + "\n" + INSTALL.format(**self.known)
        (self.folder / "Dockerfile").write_text(DOCKERFILE.format(base=self.base, install=install, **self.known))
        reference = f"{self.repository.reference}:{tag}"
        self.engine.docker("build", "--pull", "-t", reference, self.folder)
        self.engine.docker("push", reference)


def layers(machine, work, rounds, report):
    docker = machine.new.docker
    wheels = work / "wheels"
    wheels.mkdir()
    wheel(wheels, "1.0", "old.bin", 200 * MIB)
    wheel(wheels, "2.0", "new.bin", MIB)
    index, base = f"{machine.registry}/bench/index:latest", f"{machine.registry}/bench/base:latest"
    (wheels / "Dockerfile").write_text("FROM scratch\nCOPY *.whl /\n")
    docker("build", "-t", index, wheels)
    docker("push", index)
    for epoch in ("", "1700000000"):
        report.title(f"pushed to a registry{', with SOURCE_DATE_EPOCH' if epoch else ''}", "pushed", "of image", "framework")
        for tool in (LayeredCogpack, LayeredDockerfile):
            if epoch and tool is LayeredDockerfile:
                continue
            make_base(docker, base, "1")
            one_project(machine, tool(machine, work / f"layers{epoch}" / tool.title, index, base), report, epoch, base)


def make_base(docker, base, number):
    docker("build", "-t", base, "-", data=f"FROM {SLIM}\nRUN echo {number} > /etc/release-of-base\n".encode())
    docker("push", base)


def one_project(machine, tool, report, epoch, base):
    write = lambda name, text: (tool.folder / name).write_text(text)
    write("run.py", RUNNER)
    write("cog.yaml", COG_YAML)
    write("requirements.txt", "emoji==2.14.0\n")
    framework = None
    ours = tool.title == "Cogpack"
    edits = [
        ("first", lambda: None),
        ("source edited", lambda: write("run.py", RUNNER + "# edited\n")),
        ("requirement added", lambda: write("requirements.txt", "emoji==2.14.0\ntext-unidecode==1.3\n")),
        ("new base image", lambda: make_base(machine.new.docker, base, "2")),
    ]
    for tag, (title, edit) in enumerate(edits):
        edit()
        before = tool.repository.known()
        tool.push(tag, epoch)
        new = tool.repository.size(tool.repository.known() - before)
        found = tool.repository.layers(tag)
        total = sum(found.values())
        large = max(found, key=found.get)
        kept = "" if framework is None else "kept" if large == framework else "new"
        framework = large
        limited = ours and title in ("source edited", "requirement added")
        fails = limited and (new > MOST_PUSHED * total or kept != "kept")
        report.line(f"{tool.title}: {title}", f"{new / 1e6:.3f} MB", f"{new / total:.3%}", kept, failed=fails)
    # An older package replaced by a newer one, and a requirement taken away: nothing of them may be left.
    tool.ask_for("2.0")
    write("requirements.txt", "")
    tool.push("upgraded", epoch)
    reference = f"{tool.repository.reference}:upgraded"
    tool.engine.docker("pull", reference)
    left = tool.engine.docker("run", "--rm", reference, "find", "/venv", "/src", "-name", "old.bin", "-o", "-name", "emoji*", "-o", "-name", "framework-1.0*")
    report.line(f"{tool.title}: stale files after an upgrade", str(len(left.splitlines())), "", "", failed=ours and bool(left.strip()))


# ---- files

FILES_PLAN = {
    "version": 1,
    "platform": {"os": "linux", "arch": "amd64"},
    "contexts": {"context": {"name": "the project"}},
    "stages": [{"id": "all", "name": "All files", "phaseKey": "export.02-app", "source": {"scratch": True},
                "operations": [{"op": "copy", "from": {"local": "context"}, "src": ["."], "dest": "/", "createDestPath": True}]}],
    "export": {},
}


def files(machine, work, rounds, report):
    folder = work / "files"
    data = os.urandom(1016)
    for number in range(100):
        (folder / str(number)).mkdir(parents=True)
        for one in range(1000):
            (folder / str(number) / str(one)).write_bytes(b"%08d" % (number * 1000 + one) + data)
    plan = work / "files.json"
    plan.write_text(json.dumps(FILES_PLAN))
    cold, warm, memory = [], [], 0
    for number in range(rounds):
        # A name that the daemon does not know has no files there yet.
        context = folder.rename(work / f"files-{number}")
        folder = context
        argv = [machine.cogpack, "build", "--plan", plan, "--context", f"context={context}", "-o", "type=cacheonly"]
        for times in (cold, warm, warm):
            taken, most = watched(argv, {"BUILDKIT_HOST": f"unix://{machine.new.buildkit}", "BUILDKIT_PROGRESS": "plain"})
            times.append(taken)
            memory = max(memory, most)
    report.title("100,000 files of 1 KiB through a BuildKit socket", "median", "limit", "")
    for title, times, limit in (("cold", cold, GO_COLD), ("warm", warm, GO_WARM)):
        taken = statistics.median(times)
        report.line(title, f"{taken:.2f} s", f"{limit * MOST_OF_GO:.2f} s", "", failed=taken > limit * MOST_OF_GO)
    report.line("memory of the client", f"{memory / MIB:.0f} MiB", f"{MOST_MEMORY // MIB} MiB", "", failed=memory > MOST_MEMORY)


def watched(argv, env):
    """Runs a command: seconds, and the largest resident set that was seen of it, in bytes."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen([str(word) for word in argv], env={**os.environ, **env}, stdout=said, stderr=said)
        most = 0
        while child.poll() is None:
            try:
                lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
                most = max([most, *(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))])
            except OSError:
                pass
            if time.perf_counter() - began > SECONDS:
                child.kill()
            time.sleep(0.01)
        taken = time.perf_counter() - began
        if child.returncode:
            said.seek(0)
            raise Failed(f"{argv} ended with {child.returncode}:\n{said.read().decode(errors='replace')[-3000:]}")
        return taken, most


# ---- again

def again(machine, work, rounds, report):
    report.title("one project in two folders, without cache", "digest", "the same", "")
    outputs = {
        "an OCI archive": lambda name: ["-o", f"type=oci,dest={work / name}.tar"],
        "pushed, and into the Docker Engine": lambda name: ["-t", f"{machine.registry}/bench/again:latest", "--push"],
    }
    for title, output in outputs.items():
        digests = []
        for name in ("first", "the-second-of-them"):
            project = WithCogpack(work / title / name, machine)
            metadata = work / f"{name}.json"
            machine.new.cogpack(
                "build", project.folder, "--no-cache", "--metadata-file", metadata, *output(name), env={"SOURCE_DATE_EPOCH": "1700000000"}
            )
            digests.append(json.loads(metadata.read_text())["containerimage.digest"])
            # A folder's times are no part of an image either.
            time.sleep(1.1)
        same = len(set(digests)) == 1
        report.line(title, digests[0][7:17], "yes" if same else "NO", "", failed=not same)


# ---- the whole

class Report:
    """Prints lines and remembers which limit was exceeded."""

    def __init__(self):
        self.exceeded = []

    def title(self, text, *columns):
        print(f"\n{text:<56}" + "".join(f"{column:>13}" for column in columns), flush=True)

    def line(self, title, first, second, third="", ratio=None, failed=False):
        if ratio is not None:
            third = f"{ratio:.2f}"
            failed = ratio > MOST_RATIO + NOISE
        if failed:
            self.exceeded.append(title)
        print(f"{title:<56}{first:>13}{second:>13}{third:>13}{'  over the limit' if failed else ''}", flush=True)


PARTS = {"model": model, "predict": predict, "layers": layers, "files": files, "again": again}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cogpack", type=Path, default=ROOT / "target/release/cogpack")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.cogpack.exists():
        parser.error(f"{options.cogpack} is not there: cargo build --release")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine = Machine(options.cogpack.absolute())
    report = Report()
    try:
        with tempfile.TemporaryDirectory(prefix="cogpack-bench-") as work:
            for name in options.only or PARTS:
                PARTS[name](machine, Path(work), options.rounds, report)
    except Failed as why:
        print(why, file=sys.stderr)
        return 2
    finally:
        machine.end()
    if report.exceeded:
        print(f"\nover the limit: {', '.join(report.exceeded)}")
    return 1 if options.check and report.exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
