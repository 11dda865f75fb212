"""The registry on 127.0.0.1: starts it, with a proxy through which engines find it in the place of others, and puts images into it."""

import http.client
import json
import socket
import sys
from pathlib import Path

from daemon import Daemon
from image import CONFIG, CREATED, INDEX, LAYER, MANIFEST, digest
from packages import program
from state import write

HERE = Path(__file__).parent
# Hosts whose images are looked for here; those of Docker Hub are too, by the engines' settings.
HOSTS = ["ghcr.io"]


class Registry:
    """A registry without credentials, on a port that stays the same as long as nobody else takes it."""

    def __init__(self, folder, programs):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.programs = programs
        self.port = chosen_port(folder / "port", 5000)
        self.proxy_port = chosen_port(folder / "proxy.port", 5100)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def daemon(self):
        registry = program(self.programs, "docker-registry") if self.programs else "docker-registry"
        config = self.folder / "config.yml"
        return Daemon([registry, "serve", config], config, self.folder / "log", self.answers)

    @property
    def proxy(self):
        script = self.folder / "registry_proxy.py"
        argv = [sys.executable, script, self.proxy_port, self.address, *HOSTS]
        return Daemon(argv, script, self.folder / "proxy.log", lambda: listens(self.proxy_port))

    def start(self):
        if not self.daemon.running():
            self.stop()
            self.port = free_port(self.port)
            write(self.folder / "port", f"{self.port}\n")
            write(self.folder / "config.yml", json.dumps(self.settings(), indent=1))
            self.daemon.start()
        if write(self.folder / "registry_proxy.py", (HERE / "registry_proxy.py").read_text()) or not self.proxy.running():
            self.proxy.stop()
            self.proxy_port = free_port(self.proxy_port)
            write(self.folder / "proxy.port", f"{self.proxy_port}\n")
            self.proxy.start()

    def stop(self):
        self.proxy.stop()
        self.daemon.stop()

    def settings(self):
        return {
            "version": "0.1",
            "log": {"level": "warn"},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")}, "delete": {"enabled": True}},
            "http": {"addr": self.address},
        }

    def answers(self):
        try:
            return self.call("GET", "/v2/")[0].status == 200
        except OSError:
            return False

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def has(self, name, tag):
        return self.call("HEAD", f"/v2/{name}/manifests/{tag}", headers={"Accept": f"{MANIFEST}, {INDEX}"})[0].status == 200

    def put_blob(self, name, blob):
        """Uploads a blob unless it is there. Its digest."""
        found = digest(blob)
        if self.call("HEAD", f"/v2/{name}/blobs/{found}")[0].status == 200:
            return found
        response, _ = self.call("POST", f"/v2/{name}/blobs/uploads/")
        where = response.getheader("Location")
        where = where[where.index("/v2/") :] + ("&" if "?" in where else "?") + f"digest={found}"
        response, said = self.call("PUT", where, blob, {"Content-Type": "application/octet-stream"})
        assert response.status == 201, (name, response.status, said)
        return found

    def put_manifest(self, name, reference, kind, document):
        blob = json.dumps(document, separators=(",", ":")).encode()
        response, said = self.call("PUT", f"/v2/{name}/manifests/{reference or digest(blob)}", blob, {"Content-Type": kind})
        assert response.status == 201, (name, response.status, said)
        return {"mediaType": kind, "digest": digest(blob), "size": len(blob)}

    def put_image(self, name, tag, image):
        """Pushes an `Image`."""
        config = {"created": CREATED, "architecture": image.architecture, "os": "linux", "config": image.config}
        config["rootfs"] = {"type": "layers", "diff_ids": [layer.diff_id for layer in image.layers]}
        config["history"] = [{"created": CREATED, "created_by": layer.subject} for layer in image.layers]
        config = json.dumps(config, sort_keys=True, separators=(",", ":")).encode()
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST}
        manifest["config"] = {"mediaType": CONFIG, "digest": self.put_blob(name, config), "size": len(config)}
        manifest["layers"] = [
            {"mediaType": LAYER, "digest": self.put_blob(name, layer.packed), "size": len(layer.packed)}
            for layer in image.layers
        ]
        if not image.in_index:
            self.put_manifest(name, tag, MANIFEST, manifest)
            return
        entry = self.put_manifest(name, None, MANIFEST, manifest)
        entry["platform"] = {"architecture": image.architecture, "os": "linux"}
        self.put_manifest(name, tag, INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})


def chosen_port(file, otherwise):
    return int(file.read_text()) if file.exists() else otherwise


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port(first):
    """The first port from there on that nothing listens on."""
    for port in range(first, 65536):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise OSError("no free port on 127.0.0.1")
