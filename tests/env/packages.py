"""Packages of any Debian release, fetched and unpacked without installing them: apt chooses and downloads, from this
machine's own mirror, with settings and lists apart from the machine's."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

from daemon import Failed
from state import Skip, made

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


def output(argv, **more):
    """What a command prints. When it fails, what it complained of."""
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL, capture_output=True, **more)
    if done.returncode != 0:
        raise Failed(f"`{' '.join(map(str, argv[:3]))} …` failed:\n{done.stderr.decode(errors='replace').strip()[-800:]}")
    return done.stdout


@functools.cache
def mirror():
    """The mirror of Debian's main archive that this machine uses."""
    listed = output(["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN)", "Created-By: Packages"]).decode()
    # Before the first `apt-get update` the origin is not known.
    sites = [line.split()[0].rstrip("/") for line in listed.splitlines() if line.split()]
    for site in sites:
        if site.endswith("/debian"):
            return site
    raise Skip("no mirror of Debian in apt's sources")


def install(programs):
    """Installs the packages of those programs that this machine lacks. `programs`: name of a program -> its package."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = sorted({package for program, package in programs.items() if not shutil.which(program, path=path)})
    if missing:
        print(f"installing {' '.join(missing)}", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        output(["apt-get", "update", "-qq"])
        output(["apt-get", "install", "-qqy", "--no-install-recommends", *missing], env=quiet)


class Release:
    """One release of Debian, by its suite. Its lists and packages lie in `folder`."""

    def __init__(self, suite, folder):
        self.suite = suite
        self.folder = folder

    def source(self):
        return f"deb [signed-by={KEYS}] {mirror()} {self.suite} main\n"

    def options(self, folder, status):
        set_to = {
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/nonexistent",
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": status,
            "Dir::Cache::archives": self.folder / "archives",
            "Dir::Cache::pkgcache": folder / "pkgcache.bin",
            "Dir::Cache::srcpkgcache": folder / "srcpkgcache.bin",
            "Dir::Log": folder,
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
            "APT::Sandbox::User": "root",
            "APT::Install-Recommends": "false",
            "Debug::NoLocking": "true",
        }
        return ["-qq", "-y", *(word for key, value in set_to.items() for word in ("-o", f"{key}={value}"))]

    def lists(self):
        """The release's lists, fetched once."""

        def fetch(part):
            (part / "lists" / "partial").mkdir(parents=True)
            (part / "empty").touch()
            (part / "sources.list").write_text(self.source())
            output(["apt-get", *self.options(part, part / "empty"), "update"])

        (self.folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        return made(self.folder / "apt", self.source(), fetch)

    def apt(self, argv, below=None, within=None):
        """Runs apt-get on this release's lists, and once more on fresh lists, since mirrors drop what is superseded."""
        for last in (False, True):
            lists = self.lists()
            try:
                options = self.options(lists, below or lists / "empty")
                return output(["apt-get", *options, *argv], cwd=within or self.folder).decode()
            except Failed:
                if last:
                    raise
                shutil.rmtree(lists)

    def fetch(self, names, below=None):
        """The packages and all they depend on, as .deb files in the order of their names. `below`: the dpkg status of
        what is there already, which is not fetched."""
        # Only what the cache of packages lacks is printed; an empty one gives all.
        nothing = ["-o", "Dir::Cache::archives=/nonexistent"]
        printed = self.apt([*nothing, "install", "--print-uris", *names], below)
        files = sorted(self.folder / "archives" / line.split()[1] for line in printed.splitlines() if line.startswith("'"))
        if not all(file.exists() for file in files):
            self.apt(["install", "--download-only", *names], below)
        return files

    def only(self, names):
        """The packages without what they depend on, as .deb files."""
        # Files that lie where apt runs are not printed.
        printed = self.apt(["download", "--print-uris", *names])
        files = [self.folder / "archives" / line.split()[1] for line in printed.splitlines() if line.startswith("'")]
        if not all(file.exists() for file in files):
            self.apt(["download", *names], within=self.folder / "archives")
        return files


def unpack(debs, root):
    """Lays the packages' files out below `root`. Nothing of them is run."""
    root.mkdir(exist_ok=True)
    for deb in debs:
        output(["dpkg-deb", "-x", deb, root])


def program(root, name):
    """Where an unpacked program lies."""
    return next(root / folder / name for folder in ("usr/bin", "usr/sbin", "sbin", "bin") if (root / folder / name).exists())


def require_debian():
    """Refuses machines on which packages cannot be fetched and engines cannot be started."""
    for needed in ("apt-get", "dpkg-deb"):
        if not shutil.which(needed):
            raise Skip(f"this is not Debian: there is no {needed}")
    if not Path(KEYS).exists():
        raise Skip(f"this is not Debian: there is no {KEYS}")
    if os.geteuid() != 0:
        raise Skip("engines are started by root, and this is not root")
