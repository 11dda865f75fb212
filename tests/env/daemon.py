"""A process that goes on after the command that started it.

There are no files with process ids, which go stale: a daemon is found among the running processes by its arguments,
which name a path below the environment's folder. So only what the environment started can be found, and be ended.
"""

import os
import signal
import subprocess
import time
from pathlib import Path


class Failed(Exception):
    """Something that should have worked did not. The text says what, and where to look."""


class Daemon:
    """`argv` is its command, `mark` the word of it that no other process has, `log` the file for what it says; `ready`
    tells whether it answers."""

    def __init__(self, argv, mark, log, ready, env=None):
        self.argv = [str(word) for word in argv]
        self.mark = str(mark)
        self.log = log
        self.ready = ready
        self.env = env

    def pids(self):
        """The processes that are this daemon, whatever the path of its program."""
        name = os.path.basename(self.argv[0])
        return [pid for pid, argv in processes() if self.mark in argv and os.path.basename(argv[0]) == name]

    def running(self):
        return bool(self.pids()) and self.ready()

    def start(self, seconds=60):
        """Starts it unless it answers. One that runs and does not answer is ended first."""
        if self.running():
            return
        self.stop()
        with open(self.log, "w") as log:
            child = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env, start_new_session=True
            )
        end = time.monotonic() + seconds
        while not self.ready():
            if child.poll() is not None:
                raise Failed(f"{self.argv[0]} ended with {child.returncode}; {self.log} ends with:\n{last_lines(self.log)}")
            if time.monotonic() > end:
                self.stop()
                raise Failed(f"{self.argv[0]} did not answer in {seconds} s; {self.log} ends with:\n{last_lines(self.log)}")
            time.sleep(0.02)

    def stop(self, seconds=20):
        """Asks it to end, waits, and then makes it end."""
        for kind in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + seconds
            for pid in self.pids():
                with_pid(pid, kind)
            while self.pids():
                if time.monotonic() > end:
                    break
                time.sleep(0.02)
            else:
                return


def processes():
    """The pid and the arguments of every process that has any and has not ended."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                argv = (entry / "cmdline").read_bytes().split(b"\0")[:-1]
            except OSError:
                continue
            if argv:
                yield int(entry.name), [os.fsdecode(word) for word in argv]


def with_pid(pid, kind):
    try:
        os.kill(pid, kind)
    except ProcessLookupError:
        pass


def last_lines(log, count=8):
    return "\n".join("    " + line for line in log.read_text(errors="replace").splitlines()[-count:])
