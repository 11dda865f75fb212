"""Files for an image's layer, from Debian packages and by hand, as a tar that is the same for the same files.

Packages are laid out as dpkg would, but nothing of them is run: no chroot is needed, and what their scripts would have set
up is done by who uses the tree.
"""

import io
import os
import tarfile

from packages import output

# The time of every file.
EPOCH = 1735689600
# Folders that are links into /usr.
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
LEFT_OUT = tuple(f"usr/share/{name}/" for name in ("bug", "doc", "doc-base", "info", "lintian", "locale", "man"))


class Tree:
    """Paths without a leading slash, each with what a tar says of it and its bytes."""

    def __init__(self):
        self.entries = {}
        # What dpkg knows: the stanzas of its status file.
        self.status = []

    def folder(self, path, mode=0o755):
        self.put(path, tarfile.DIRTYPE, mode)

    def file(self, path, data, mode=0o644):
        self.put(path, tarfile.REGTYPE, mode, data if isinstance(data, bytes) else data.encode())

    def link(self, path, target):
        self.put(path, tarfile.SYMTYPE, 0o777).linkname = target

    def put(self, path, kind, mode, data=None):
        member = tarfile.TarInfo(path)
        member.type, member.mode = kind, mode
        self.add(member, data)
        return member

    def add(self, member, data):
        """A member of another tar, without its time and the names of its owners."""
        member.mtime, member.uname, member.gname, member.pax_headers = EPOCH, "", "", {}
        if data is not None:
            member.size = len(data)
        known = self.entries.get(member.name)
        if not (known and known[0].isdir() and member.isdir()):
            self.entries[member.name] = (member, data)

    def read(self, path):
        return self.entries[path][1]

    def has(self, path):
        return path in self.entries

    def drop(self, unwanted):
        """Leaves out the paths for which `unwanted` holds."""
        self.entries = {path: entry for path, entry in self.entries.items() if not unwanted(path)}

    def skeleton(self):
        """The folders every system has, with the links of a merged /usr."""
        for name in ("bin", "sbin", "lib", "lib64"):
            self.folder(f"usr/{name}")
            self.link(name, f"usr/{name}")
        for path in ("dev", "home", "mnt", "opt", "proc", "run", "src", "srv", "sys", "var/cache", "var/lib/dpkg/updates"):
            self.folder(path)
        self.folder("root", 0o700)
        self.folder("tmp", 0o1777)
        self.folder("var/tmp", 0o1777)

    def package(self, deb):
        """The files of a package, and what dpkg notes when it is installed."""
        control = output(["dpkg-deb", "-f", deb]).decode().strip()
        first, rest = control.split("\n", 1)
        self.status.append(f"{first}\nStatus: install ok installed\n{rest}\n")
        paths = ["/."]
        with tarfile.open(fileobj=io.BytesIO(output(["dpkg-deb", "--fsys-tarfile", deb]))) as tar:
            for member in tar:
                member.name = merged(member.name)
                if member.name in ("", ".", *MERGED):
                    continue
                paths.append("/" + member.name)
                if member.name.startswith(LEFT_OUT) and not member.name.endswith("/copyright"):
                    continue
                if member.islnk():
                    member.linkname = merged(member.linkname)
                    self.add(member, None)
                else:
                    self.add(member, tar.extractfile(member).read() if member.isfile() else None)
        fields = dict(line.split(": ", 1) for line in control.splitlines() if ": " in line and line[0] != " ")
        name = fields["Package"] + (f":{fields['Architecture']}" if fields.get("Multi-Arch") == "same" else "")
        self.file(f"var/lib/dpkg/info/{name}.list", "\n".join(paths) + "\n")

    def tar(self):
        """All of it, parents first and hard links last."""
        for path in list(self.entries):
            while path := os.path.dirname(path):
                if path not in self.entries and path not in MERGED:
                    self.folder(path)
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(self.entries, key=lambda path: (self.entries[path][0].islnk(), path)):
                member, data = self.entries[path]
                tar.addfile(member, io.BytesIO(data) if data is not None else None)
        return buffer.getvalue()


def merged(path):
    """A package's path on a system where /bin, /lib and so on are links into /usr."""
    path = path.removeprefix("./").strip("/")
    return f"usr/{path}" if path.split("/", 1)[0] in MERGED and "/" in path else path
