"""The images that tests start from, and the references under which the registry has them."""

import hashlib
import os
import platform
import sys
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import debian
from image import Image, Layer
from packages import output, program
from programs import releases
from state import write
from tree import Tree

HERE = Path(__file__).parent
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELL = {"Env": [PATH], "Cmd": ["bash"]}
PYTHON = {"Env": [debian.PATH, "LANG=C.UTF-8"], "Cmd": ["python3"]}
# Parts of compilers that no test compiles with: link-time optimization, sanitizers, profilers.
UNUSED = ("/lto1", "/lto-wrapper", "/lto-dump", "asan.a", "tsan.a", "lsan.a", "ubsan.a", "hwasan.a", "gcov-tool", "gcov-dump")
# Users of the images for plans, of which a test takes one for its own.
USERS = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/basedir:/bin/sh\n"
GROUPS = "root:x:0:\nstaff:x:1001:app\n"


def references():
    """All of them. `library/` is what the engines ask for as `docker.io/library/`, `astral-sh/` as `ghcr.io/astral-sh/`."""
    return [
        "library/debian:bookworm-slim",
        "library/python:3.11-slim",
        "library/python:3.11",
        "library/python:3.13-slim",
        "library/gcc:14-bookworm",
        "library/busybox:1.35",
        uv_reference(),
        "base/busybox:latest",
        "base/config:latest",
        "base/s390x:latest",
    ]


def push(state, registry):
    """Makes the images and pushes them, unless the registry has all of them as this code makes them."""
    sources = ("images.py", "image.py", "debian.py", "tree.py")
    stamp = hashlib.sha256(b"".join((HERE / source).read_bytes() for source in sources)).hexdigest()
    done = state / "images.stamp"
    present = all(registry.has(*reference.split(":")) for reference in references())
    if present and done.exists() and done.read_text() == stamp:
        return
    print("making the base images", flush=True)
    done.unlink(missing_ok=True)
    for reference, image in made(state):
        registry.put_image(*reference.split(":"), image)
    write(done, stamp)


def made(state):
    """Each reference with its image."""
    bookworm, trixie = (debian.System(release, state / "debian") for release in releases(state).values())
    tools = state / "programs" / "tools"
    uv = Path(uv_folder(state, tools))
    with ThreadPoolExecutor() as both:
        systems = both.map(list, (of_bookworm(bookworm, uv), of_trixie(trixie)))
        made = [one for system in systems for one in system]
    made += [(uv_reference(), of_uv(uv)), *of_busybox(program(tools, "busybox"))]
    assert sorted(reference for reference, _ in made) == sorted(references())
    return made


def of_bookworm(bookworm, uv):
    slim = bookworm.slim()
    yield "library/debian:bookworm-slim", Image(SHELL, [slim], ARCHITECTURE)
    python = debian.python(bookworm, "3.11")
    yield "library/python:3.11-slim", Image(PYTHON, [slim, python], ARCHITECTURE)
    tools = bookworm.layer("compilers, git, uv", ["gcc", "libc6-dev", "make", "git", "python3-dev"], lambda tree: finish_tools(tree, uv))
    yield "library/python:3.11", Image(PYTHON, [slim, python, tools], ARCHITECTURE)


def of_trixie(trixie):
    slim = trixie.slim()
    # The compiler stands beside Python, not on it.
    beside = debian.System(trixie.release, trixie.status_file.parent / "gcc")
    beside.status = list(trixie.status)
    yield "library/python:3.13-slim", Image(PYTHON, [slim, debian.python(trixie, "3.13")], ARCHITECTURE)
    compiler = beside.layer("gcc 14", ["gcc", "libc6-dev"], without_unused)
    yield "library/gcc:14-bookworm", Image(SHELL, [slim, compiler], ARCHITECTURE)


def without_unused(tree):
    tree.drop(lambda path: path.endswith(UNUSED))


def finish_tools(tree, uv):
    without_unused(tree)
    tree.file("usr/local/bin/uv", (uv / "uv").read_bytes(), 0o755)


def of_uv(uv):
    """uv's own image: the program and nothing else."""
    tree = Tree()
    for name in ("uv", "uvx"):
        tree.file(name, (uv / name).read_bytes(), 0o755)
    return Image({"Env": [PATH], "Entrypoint": ["/uv"], "WorkingDir": "/io"}, [Layer("uv", tree.tar())], ARCHITECTURE)


def of_busybox(busybox):
    """Small images for plans: a plain one, one whose config has everything, one for another platform."""
    tree = Tree()
    tree.folder("tmp", 0o1777)
    tree.file("bin/busybox", busybox.read_bytes(), 0o755)
    for applet in output([busybox, "--list"]).decode().split():
        if applet != "busybox":
            tree.link(f"bin/{applet}", "busybox")
    tree.file("etc/passwd", USERS)
    tree.file("etc/group", GROUPS)
    box = Layer("busybox", tree.tar())
    plain = Image({"Env": [PATH], "Cmd": ["sh"]}, [box], ARCHITECTURE)
    yield "library/busybox:1.35", plain
    yield "base/busybox:latest", plain

    tree = Tree()
    tree.folder("basedir")
    tree.entries["basedir"][0].uid = tree.entries["basedir"][0].gid = 1000
    tree.file("opt/tool.sh", "#!/bin/sh\necho tool executed\n", 0o755)
    tree.file("opt/source.txt", "source content\n")
    tree.file("opt/dir/a.txt", "a\n")
    tree.file("opt/dir/b.txt", "b\n")
    config = {
        "Env": [PATH, "FOO=base"],
        "WorkingDir": "/basedir",
        "User": "1000",
        "Entrypoint": ["/opt/tool.sh"],
        "Cmd": ["base-cmd"],
        "Labels": {"base.label": "from base"},
        "ExposedPorts": {"7000/tcp": {}},
    }
    yield "base/config:latest", Image(config, [box, Layer("a tool", tree.tar())], ARCHITECTURE)

    tree = Tree()
    tree.file("arch.txt", "s390x\n")
    yield "base/s390x:latest", Image({"Env": [PATH]}, [Layer("a file", tree.tar())], "s390x", in_index=True)


def uv_reference():
    return f"astral-sh/uv:{uv_version()}"


def uv_version():
    """The newest uv in the catalog: the one that plans name."""
    catalog = HERE.parent.parent / "stdlib" / "catalog" / "uv.toml"
    return tomllib.loads(catalog.read_text())["versions"][0]


def uv_folder(state, tools):
    """uv and uvx, linked statically, from PyPI's wheel."""
    version = uv_version()
    wheels = state / "wheels"
    if not list(wheels.glob(f"uv-{version}-*.whl")):
        pip = next(tools.glob("usr/share/python-wheels/pip-*.whl"))
        kind = ["--only-binary", ":all:", "--platform", f"musllinux_1_1_{platform.machine()}", "--no-deps"]
        argv = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", *kind, "-d", wheels, f"uv=={version}"]
        output(argv, env={**os.environ, "PYTHONPATH": str(pip)})
    with zipfile.ZipFile(next(wheels.glob(f"uv-{version}-*.whl"))) as wheel:
        for name in ("uv", "uvx"):
            (wheels / name).write_bytes(wheel.read(f"uv-{version}.data/scripts/{name}"))
    return wheels
