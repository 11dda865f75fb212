"""Where the environment keeps what it makes, outside the checkout: a folder that may vanish at any time."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

# A unix socket's path may have 107 bytes; the longest one below the folder is that of an engine's containerd.
LONGEST = 107 - len("/engines/docker-20.10/exec/containerd/containerd-debug.sock.ttrpc")


class Skip(Exception):
    """This machine is not one on which the environment can be started. The text says why."""


def folder():
    """The environment's folder, whether it is there or not."""
    chosen = os.environ.get("COGPACK_TEST_ENV")
    if chosen:
        return Path(chosen).absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache).absolute() / "cogpack-test-env"


def opened():
    """The environment's folder, made if it is not there."""
    state = folder()
    if len(os.fsencode(state)) > LONGEST:
        raise Skip(f"sockets in {state} would have names too long for the kernel: set COGPACK_TEST_ENV to a shorter path")
    state.mkdir(parents=True, exist_ok=True)
    return state


@contextlib.contextmanager
def locked(state):
    """Holds the environment for one process; others wait. The kernel lets go when the process ends, however it ends."""
    with open(state / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path, text):
    """Writes a file whole or not at all. False: it holds this text already."""
    if path.exists() and path.read_text() == text:
        return False
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.rename(path)
    return True


def made(target, stamp, make):
    """`target`, a folder that `make(folder)` fills. It is made again when it is not there or when `stamp`, which
    names all that goes into it, is another; a folder half made by a process that was killed never counts."""
    if (target / ".stamp").exists() and (target / ".stamp").read_text() == stamp:
        return target
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    make(part)
    (part / ".stamp").write_text(stamp)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    return target
