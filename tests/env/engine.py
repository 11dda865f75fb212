"""Docker Engines, each with its own data, sockets and bridge: `engines/NAME/docker.sock`, and `buildkit.sock` for its BuildKit."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from daemon import Daemon, Failed, processes
from packages import output, program
from registry import HOSTS
from state import write

HERE = Path(__file__).parent
# What differs between the releases: 26.1 keeps images in containerd's store, which brings exporters, merge and diff.
FEATURES = {"20.10": {"buildkit": True}, "26.1": {"containerd-snapshotter": True}}


class Engine:
    """`programs`: where its release is unpacked; not needed to stop one."""

    def __init__(self, state, name, programs=None):
        self.folder = state / "engines" / name
        self.programs = programs
        self.socket = self.folder / "docker.sock"
        self.buildkit_socket = self.folder / "buildkit.sock"
        config, log = self.folder / "daemon.json", self.folder / "log"
        dockerd = program(programs, "dockerd") if programs else "dockerd"
        self.daemon = Daemon([dockerd, "--config-file", config], config, log, self.answers)
        proxy = self.folder / "h2c_proxy.py"
        self.proxy = Daemon(
            [sys.executable, proxy, self.buildkit_socket, self.socket],
            proxy,
            self.folder / "proxy.log",
            lambda: accepts(self.buildkit_socket),
        )

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(os.fspath(self.socket))
                connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def start(self, release, registry, on_tmpfs=False):
        """Starts it, or leaves it as it is when it runs with these settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        changed = write(self.folder / "daemon.json", json.dumps(self.settings(release, registry), indent=1))
        changed |= write(self.folder / "h2c_proxy.py", (HERE / "h2c_proxy.py").read_text())
        if changed or not self.daemon.running():
            self.stop()
            self.forget_the_dead()
            if on_tmpfs:
                self.data_on_tmpfs()
            self.daemon.env = environment(self.programs, registry)
            self.daemon.start()
        self.proxy.start()

    def pull(self, reference):
        """Has the engine an image, unless it has it already."""
        docker = [program(self.programs, "docker"), "-H", f"unix://{self.socket}"]
        if subprocess.run([*docker, "image", "inspect", reference], capture_output=True).returncode:
            output([*docker, "pull", "-q", reference])

    def stop(self):
        self.proxy.stop()
        self.daemon.stop()

    def put_away(self):
        """Stops it and takes away its bridge and what is mounted below its folder. Its data stay, but for those in memory."""
        self.stop()
        name = bridge_of(self.folder)
        if name:
            output(["ip", "link", "delete", name])
        for mount in reversed(mounts_below(self.folder)):
            output(["umount", "--lazy", mount])

    def remove(self):
        """Stops it and deletes all it had."""
        self.put_away()
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self, release, registry):
        return {
            "hosts": [f"unix://{self.socket}"],
            "bridge": bridge(self.folder),
            "data-root": str(self.folder / "data"),
            "exec-root": str(self.folder / "exec"),
            "pidfile": str(self.folder / "docker.pid"),
            "features": FEATURES[release],
            # Images of Docker Hub come from the registry first, and by way of the proxy those of the other hosts.
            "registry-mirrors": [f"http://{registry.address}"],
            "insecure-registries": HOSTS,
        }

    def forget_the_dead(self):
        """Takes away the process ids that a killed daemon left: others may have them now."""
        (self.folder / "docker.pid").unlink(missing_ok=True)
        ours = {pid for pid, argv in processes() if any(word.startswith(str(self.folder)) for word in argv)}
        left = self.folder / "exec" / "containerd" / "containerd.pid"
        if left.exists() and int(left.read_text().strip() or 0) not in ours:
            left.unlink()

    def data_on_tmpfs(self):
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        if not os.path.ismount(data):
            output(["mount", "-t", "tmpfs", "tmpfs", data])


def environment(programs, registry):
    """The environment of an engine: its own programs and libraries before the machine's, and the registry's proxy."""
    path = [programs / folder for folder in ("usr/sbin", "usr/bin", "sbin", "bin")]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, path), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]),
        "HTTP_PROXY": f"http://127.0.0.1:{registry.proxy_port}",
        "HTTPS_PROXY": f"http://127.0.0.1:{registry.proxy_port}",
        "NO_PROXY": "127.0.0.1,localhost",
        "LD_LIBRARY_PATH": os.pathsep.join(str(found) for top in ("usr/lib", "lib") for found in programs.glob(f"{top}/*-linux-gnu")),
    }


def accepts(path):
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.fspath(path))
            return True
    except OSError:
        return False


def bridge_of(folder):
    """The bridge made for the engine in this folder, which its alias names; none, when there is none."""
    for link in json.loads(output(["ip", "-json", "link", "show", "type", "bridge"]) or "[]"):
        if link.get("ifalias") == str(folder):
            return link["ifname"]
    return None


def bridge(folder):
    """The engine's bridge, made if it is not there. Two daemons on one bridge would take each other's containers down."""
    found = bridge_of(folder)
    if found:
        return found
    for number in range(20, 255):
        name = f"cogpack{number}"
        if subprocess.run(["ip", "link", "add", name, "type", "bridge"], capture_output=True).returncode == 0:
            output(["ip", "link", "set", name, "alias", folder])
            output(["ip", "address", "add", f"172.31.{number}.1/24", "dev", name])
            output(["ip", "link", "set", name, "up"])
            return name
    raise Failed("no bridge could be made: `ip link add cogpack20 type bridge` says why")


def mounts_below(folder):
    """What is mounted below a folder, outermost first."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return sorted(line.split()[1] for line in lines if line.split()[1].startswith(str(folder) + "/"))
