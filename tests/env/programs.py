"""The programs that the environment runs: two releases of the Docker Engine and a registry, unpacked from Debian's
packages and not installed, so that nothing of the machine changes."""

from packages import Release, install, require_debian, unpack
from state import made

# What an engine calls and no package below brings: name of the program -> its package.
MACHINE = {"iptables": "iptables", "ip": "iproute2", "update-ca-certificates": "ca-certificates"}
# runc starts containers in both; the one of 26.1's own release would need a newer libc. It and dockerd 20.10 need the libraries.
RUNC = ["runc", "libseccomp2"]
OLD = ["docker.io", "containerd", "tini", "libdevmapper1.02.1", *RUNC]
NEW = ["docker.io", "containerd", "tini"]


def releases(state):
    return {suite: Release(suite, state / "debian" / suite) for suite in ("bookworm", "trixie")}


def unpacked(state):
    """Where the programs lie: `tools`, and an engine for each release."""
    require_debian()
    install(MACHINE)
    old, new = releases(state).values()
    wanted = {
        "20.10": [(old, OLD)],
        "26.1": [(new, NEW), (old, RUNC)],
        "tools": [(old, ["docker-registry", "busybox-static", "python3-pip-whl"])],
    }
    return {
        name: made(state / "programs" / name, repr([(release.suite, names) for release, names in parts]), unpacking(parts))
        for name, parts in wanted.items()
    }


def unpacking(parts):
    return lambda folder: [unpack(release.only(names), folder) for release, names in parts]
