"""The registry on 127.0.0.1: starts it, and puts images into it."""

import gzip
import hashlib
import http.client
import json
import socket

from daemon import Daemon
from packages import program
from state import write

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CREATED = "2025-01-01T00:00:00Z"


class Registry:
    """A registry without credentials, on a port that stays the same as long as nobody else takes it."""

    def __init__(self, folder, programs):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.daemon = Daemon(
            [program(programs, "docker-registry") if programs else "docker-registry", "serve", folder / "config.yml"],
            folder / "log",
            self.answers,
        )
        chosen = folder / "port"
        self.port = int(chosen.read_text()) if chosen.exists() else 5000

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        if self.daemon.running():
            return
        self.daemon.stop()
        self.port = free_port(self.port)
        write(self.folder / "port", f"{self.port}\n")
        config = {
            "version": "0.1",
            "log": {"level": "warn"},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")}, "delete": {"enabled": True}},
            "http": {"addr": self.address},
        }
        write(self.folder / "config.yml", json.dumps(config, indent=1))
        self.daemon.start()

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

    def put_image(self, name, tags, image):
        """Pushes an `Image` under each of the tags."""
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
            for tag in tags:
                self.put_manifest(name, tag, MANIFEST, manifest)
            return
        entry = self.put_manifest(name, None, MANIFEST, manifest)
        entry["platform"] = {"architecture": image.architecture, "os": "linux"}
        for tag in tags:
            self.put_manifest(name, tag, INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})


class Layer:
    """One layer: what is in it, as a tar, packed and not."""

    def __init__(self, subject, tar):
        self.subject = subject
        self.diff_id = digest(tar)
        self.packed = gzip.compress(tar, 1, mtime=0)


class Image:
    """`config`: the part that says how to run it. `in_index`: its tag is an index that says for which platform it is."""

    def __init__(self, config, layers, architecture, in_index=False):
        self.config = config
        self.layers = layers
        self.architecture = architecture
        self.in_index = in_index


def digest(blob):
    return "sha256:" + hashlib.sha256(blob).hexdigest()


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
