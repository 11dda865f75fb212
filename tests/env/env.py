#!/usr/bin/env python3
"""Engines, a registry and base images for the end-to-end tests. docs/testing.md says how to use it.

  env.py up                    start all of it; what runs already is left as it is
  env.py status                what runs, and where
  env.py down                  stop it; the cache stays
  env.py exec COMMAND...       run a command with the addresses in its environment
  env.py start NAME [--release 20.10|26.1] [--tmpfs]    one more engine, for a test that kills or measures one
  env.py stop NAME             stop that engine and delete its data

`up` ends with 3 when this machine cannot do it, and says why.
"""

import argparse
import os
import sys
import time

import programs
from daemon import Failed
from engine import Engine
from images import push, uv_reference
from registry import Registry
from state import Skip, folder, locked, opened, write

# The engine that tests use unless they are about a certain one is the last.
ENGINES = {"docker-20.10": "20.10", "docker-26.1": "26.1"}


def up(state, _options):
    began = time.monotonic()
    unpacked = programs.unpacked(state)
    registry = Registry(state / "registry", unpacked["tools"])
    registry.start()
    push(state, registry)
    for name, release in ENGINES.items():
        started(Engine(state, name, unpacked[release]), release, registry)
    addresses = "".join(f"{key}={value}\n" for key, value in listed(state, registry, unpacked).items())
    write(state / "addresses.env", addresses)
    print(f"{addresses}up in {time.monotonic() - began:.1f} s; the addresses are in {state / 'addresses.env'}")


def started(engine, release, registry, on_tmpfs=False):
    """Starts an engine. BuildKit in 20.10 insists on TLS for hosts that the registry stands in for, where Docker itself does not."""
    engine.start(release, registry, on_tmpfs)
    if release == "20.10":
        engine.pull(f"ghcr.io/{uv_reference()}")


def listed(state, registry, unpacked):
    """What tests need to know, by name."""
    old, new = (Engine(state, name) for name in ENGINES)
    return {
        "DOCKER_20_SOCK": old.socket,
        "DOCKER_26_SOCK": new.socket,
        "BUILDKIT_20_SOCK": old.buildkit_socket,
        "BUILDKIT_SOCK": new.buildkit_socket,
        "REGISTRY": registry.address,
        "DOCKER_CLI": unpacked["20.10"] / "usr/bin/docker",
    }


def status(state, _options):
    registry = Registry(state / "registry", None)
    print(f"{'registry':14} {'runs' if registry.daemon.running() else 'does not run':12} {registry.address}")
    for name in sorted(path.name for path in state.glob("engines/*")):
        engine = Engine(state, name)
        print(f"{name:14} {'runs' if engine.daemon.running() else 'does not run':12} unix://{engine.socket}")


def down(state, _options):
    (state / "addresses.env").unlink(missing_ok=True)
    for path in state.glob("engines/*"):
        if path.name in ENGINES:
            Engine(state, path.name).put_away()
        else:
            Engine(state, path.name).remove()
    Registry(state / "registry", None).stop()


def start(state, options):
    if options.name in ENGINES:
        raise Failed(f"{options.name} is one of those that `up` starts")
    unpacked = programs.unpacked(state)
    registry = Registry(state / "registry", unpacked["tools"])
    registry.start()
    engine = Engine(state, options.name, unpacked[options.release])
    started(engine, options.release, registry, options.tmpfs)
    print(f"DOCKER_SOCK={engine.socket}\nBUILDKIT_SOCK={engine.buildkit_socket}")


def stop(state, options):
    if options.name in ENGINES:
        raise Failed(f"{options.name} is one of those that `up` starts: `down` stops them")
    Engine(state, options.name).remove()


def execute(command):
    """Replaces this process with a command that has the addresses in its environment."""
    addresses = folder() / "addresses.env"
    if not addresses.exists():
        raise Failed("the environment is not up: `env.py up` first")
    known = dict(line.split("=", 1) for line in addresses.read_text().splitlines())
    os.execvpe(command[0], command, {**os.environ, **known})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (up, status, down):
        commands.add_parser(run.__name__).set_defaults(run=run)
    more = commands.add_parser("start")
    more.add_argument("name")
    more.add_argument("--release", choices=sorted(set(ENGINES.values())), default="26.1")
    more.add_argument("--tmpfs", action="store_true", help="keep its data in memory")
    more.set_defaults(run=start)
    less = commands.add_parser("stop")
    less.add_argument("name")
    less.set_defaults(run=stop)
    commands.add_parser("exec").add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def main():
    options = arguments()
    try:
        if "command" in options:
            execute(options.command)
        state = opened()
        with locked(state):
            options.run(state, options)
    except Skip as why:
        print(f"no engines for tests: {why}", file=sys.stderr)
        return 3
    except Failed as why:
        print(f"the environment for tests is broken: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
