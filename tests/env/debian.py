"""Stand-ins for the base images that the blocks name, made of Debian's own packages: Debian, Python on it, compilers on it.

They hold what `stdlib/images/` says of the images they stand for, with the same config, but for versions: Debian's Python is
whatever patch release Debian has.
"""

import glob
import zipfile
from io import BytesIO

from image import Layer
from tree import Tree

PATH = "PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What `debian:SUITE-slim` and the slim images of Python have.
SLIM = """base-files base-passwd bash bsdutils coreutils dash debianutils diffutils dpkg findutils grep gzip hostname init-system-helpers
    libc-bin login ncurses-base ncurses-bin perl-base sed sysvinit-utils tar util-linux usr-is-merged mawk apt debian-archive-keyring passwd
    adduser debconf tzdata ca-certificates netbase media-types""".split()
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
# Programs that install scripts would link to.
ALTERNATIVES = {"awk": "mawk", "which": "which.debianutils", "cc": "gcc", "c++": "g++", "c99": "c99-gcc"}


class System:
    """One release of Debian, with layers on each other: what the last holds counts as installed for the next."""

    def __init__(self, release, folder):
        self.release = release
        folder.mkdir(parents=True, exist_ok=True)
        self.status_file = folder / f"{release.suite}.status"
        self.status = []

    def layer(self, subject, names, finish=None):
        """A layer of packages and all they need. `finish(tree)` does what their scripts would."""
        below = self.status_file if self.status else None
        self.status_file.write_text("\n".join(self.status))
        tree = Tree()
        if not below:
            tree.skeleton()
        for deb in self.release.fetch(names, below):
            tree.package(deb)
        for name, program in ALTERNATIVES.items():
            if tree.has(f"usr/bin/{program}") and not tree.has(f"usr/bin/{name}"):
                tree.link(f"usr/bin/{name}", program)
        self.status = self.status + tree.status
        tree.file("var/lib/dpkg/status", "\n".join(self.status))
        if finish:
            finish(tree)
        return Layer(subject, tree.tar())

    def slim(self):
        return self.layer(f"Debian {self.release.suite}", SLIM, self.finish_slim)

    def finish_slim(self, tree):
        users = tree.read("usr/share/base-passwd/passwd.master").decode().replace(":*:", ":x:")
        tree.file("etc/passwd", users)
        tree.file("etc/group", tree.read("usr/share/base-passwd/group.master").decode().replace(":*:", ":x:"))
        tree.file("etc/shadow", "".join(f"{line.split(':')[0]}:*:19000:0:99999:7:::\n" for line in users.splitlines()), 0o640)
        if not tree.has("usr/bin/sh"):
            tree.link("usr/bin/sh", "dash")
        _, signed, mirror, suite, component = self.release.source().split()
        keys = signed.strip("[]").split("=")[1]
        source = f"Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: {component}\nSigned-By: {keys}\n"
        tree.file("etc/apt/sources.list.d/debian.sources", source)
        trust(tree)


def trust(tree):
    """The certificates that Debian trusts and those that this machine does beside them, as when a proxy stands before
    the network; and settings for the tools that do not look there by themselves. Not in the environment, since the
    images stood for have none of it there."""
    roots = [tree.read(path) for path in sorted(tree.entries) if path.startswith("usr/share/ca-certificates/") and path.endswith(".crt")]
    own = [open(path, "rb").read() for path in sorted(glob.glob("/usr/local/share/ca-certificates/**/*.crt", recursive=True))]
    tree.file(BUNDLE, b"".join(root.rstrip() + b"\n" for root in roots + own))
    tree.link("usr/lib/ssl/cert.pem", f"/{BUNDLE}")
    tree.file("etc/pip.conf", f"[global]\ncert = /{BUNDLE}\n")
    tree.file("etc/uv/uv.toml", "system-certs = true\n")


def python(system, version):
    """Python where the official images have it, /usr/local/bin, with pip."""

    def finish(tree):
        tree.drop(lambda path: path.endswith("/EXTERNALLY-MANAGED"))
        wheel = next(path for path in tree.entries if path.startswith("usr/share/python-wheels/pip-"))
        with zipfile.ZipFile(BytesIO(tree.read(wheel))) as pip:
            for name in pip.namelist():
                tree.file(f"usr/local/lib/python{version}/dist-packages/{name}", pip.read(name))
        for name in ("python", "python3", f"python{version}"):
            tree.link(f"usr/local/bin/{name}", f"/usr/bin/python{version}")
        run = f"#!/usr/local/bin/python{version}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"
        for name in ("pip", "pip3"):
            tree.file(f"usr/local/bin/{name}", run, 0o755)

    return system.layer(f"Python {version}", ["python3", "python3-venv"], finish)
