"""What an image is made of, before it is pushed."""

import gzip
import hashlib

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CREATED = "2025-01-01T00:00:00Z"


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
