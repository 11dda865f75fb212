#!/usr/bin/env python3
"""Time and memory of the `cogpack` command in fresh processes, with the limits that must hold.

    cargo build --release
    python3 benches/process.py                 # all tables
    python3 benches/process.py --only scale    # one of: corpus, scale, plan, hostile, large
    python3 benches/process.py --check         # exit 1 when a limit is exceeded

Needs only Python 3 on Linux, and builds nothing. Each line is one command, run `--runs` times in a process of its own;
wall time is from the start to the exit, processor time is wait4's user and system time together: Linux counts the sum and
only guesses how it splits. The minimum says what the work costs, the median what the machine added; limits are checked on
the minimum. Commands that are compared run in turns, so that a slow minute of the machine slows them all. Memory is measured in one more run: wait4's maximum
begins with the resident set of the process that started the command, so the kernel is asked at the command's end instead.
"""

import argparse
import ctypes
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "tests/scale/part.block"
MIB = 1024 * 1024

# The largest block file that is read, and the largest file of a project, less room for what stands around a case.
LARGEST_BLOCK, LARGEST_FILE = MIB - 4096, 4 * MIB - 4096


class Limit:
    """The most that a command may take: seconds, bytes. None: no limit."""

    def __init__(self, wall=None, memory=None):
        self.wall = wall
        self.memory = memory


# What the project promises for a release build.
COMPILE = Limit(wall=0.005, memory=20 * MIB)
HOSTILE = Limit(wall=0.200, memory=50 * MIB)
SCALE = Limit(wall=1.0)
# What nothing may take, however large it is.
LARGE = Limit(wall=5.0, memory=1024 * MIB)
MOST_RATIO = 2.2


class Runs:
    """What the runs of one command took."""

    def __init__(self, command, samples):
        self.wall = [wall for wall, _, _ in samples]
        self.processor = min(processor for _, processor, _ in samples)
        self.memory = most_memory(command)
        self.status = {status for _, _, status in samples}


def in_turns(commands, count, output):
    """Runs commands `count` times, each once in every round."""
    commands = [[str(argument) for argument in command] for command in commands]
    rounds = [[timed(command, output) for command in commands] for _ in range(count)]
    return [Runs(command, samples) for command, samples in zip(commands, zip(*rounds))]


ENVIRONMENT = {"PATH": os.environ.get("PATH", "")}


def timed(command, output):
    """Starts a command with its stdout and stderr in a file, and waits: (wall, processor time, exit code)."""
    to_file = (os.POSIX_SPAWN_OPEN, 1, os.fspath(output / "output"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=[to_file, (os.POSIX_SPAWN_DUP2, 1, 2)])
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    return wall, usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status)


# From <sys/ptrace.h>.
PTRACE_TRACEME, PTRACE_CONT, PTRACE_SETOPTIONS = 0, 7, 0x4200
PTRACE_O_TRACEEXIT, PTRACE_EVENT_EXIT = 0x40, 6


def most_memory(command):
    """The largest resident set of a command in bytes: VmHWM, read when the process stops just before its end."""
    ptrace = ctypes.CDLL(None).ptrace
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        ptrace(PTRACE_TRACEME, 0, None, None)
        os.execve(command[0], command, ENVIRONMENT)
    os.waitpid(child, 0)
    ptrace(PTRACE_SETOPTIONS, child, None, PTRACE_O_TRACEEXIT)
    ptrace(PTRACE_CONT, child, None, None)
    memory = 0
    while True:
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return memory
        if status >> 8 == signal.SIGTRAP | PTRACE_EVENT_EXIT << 8:
            lines = Path(f"/proc/{child}/status").read_text().splitlines()
            memory = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
            ptrace(PTRACE_CONT, child, None, None)
        else:
            ptrace(PTRACE_CONT, child, None, os.WSTOPSIG(status))


class Report:
    """Prints lines and remembers which limit was exceeded."""

    def __init__(self, count, output):
        self.count, self.output, self.exceeded = count, output, []

    def title(self, text):
        print(f"\n{text:<44}{'min':>11}{'median':>11}{'processor':>11}{'max RSS':>11}  exit")

    def line(self, name, command, limit=Limit(), expected=(0,), count=None):
        (runs,) = in_turns([command], count or self.count, self.output)
        self.show(name, runs, limit, expected)

    def show(self, name, runs, limit=Limit(), expected=(0,)):
        times = (min(runs.wall), statistics.median(runs.wall), runs.processor)
        figures = "".join(f"{seconds * 1000:>8.2f} ms" for seconds in times)
        statuses = ",".join(str(status) for status in sorted(runs.status))
        print(f"{name:<44}{figures}{runs.memory / MIB:>7.1f} MiB  {statuses}", flush=True)
        if limit.wall is not None and times[0] > limit.wall:
            self.exceed(f"{name}: {times[0] * 1000:.1f} ms, at most {limit.wall * 1000:.0f} ms")
        if limit.memory is not None and runs.memory > limit.memory:
            self.exceed(f"{name}: {runs.memory / MIB:.1f} MiB, at most {limit.memory / MIB:.0f} MiB")
        if not runs.status <= set(expected):
            self.exceed(f"{name}: exit code {statuses}, not {expected}")

    def exceed(self, text):
        self.exceeded.append(text)
        print(f"    exceeded: {text}")


def compile_command(binary, project, emit="llb"):
    return [binary, "compile", project, f"--emit={emit}", "-o", "/dev/null"]


def corpus(report, binary, _):
    """Every project of the corpus, and what a process costs that does nothing."""
    report.title("fresh process")
    report.line("cogpack --version", [binary, "--version"])
    resnet = ROOT / "tests/corpus/cog-resnet"
    report.line("cog-resnet → plan", compile_command(binary, resnet, "plan"), COMPILE)
    report.line("cog-resnet → llb", compile_command(binary, resnet), COMPILE)
    report.line("cog-resnet, check alone", [binary, "check", resnet], COMPILE)
    for folder in ("tests/corpus", "examples", "tests/models"):
        for project in sorted(path for path in (ROOT / folder).glob("*/") if path.is_dir()):
            expected = (1,) if project.name.startswith("conflict-") else (0,)
            report.line(f"{project.relative_to(ROOT)} → llb", compile_command(binary, project), COMPILE, expected)


def part(template, number):
    """Part `number` of the synthetic project; tests/scale/mod.rs does the same."""
    lines = [line for line in template.splitlines() if number > 1 or "9999" not in line]
    return "\n".join(lines).replace("0000", f"{number:04}").replace("9999", f"{number // 2:04}") + "\n"


def synthetic(folder, blocks):
    """Writes a project with this many blocks, of ten stages each."""
    template = TEMPLATE.read_text()
    (folder / "blocks").mkdir(parents=True)
    (folder / "main.py").write_text("")
    for number in range(1, blocks + 1):
        (folder / f"blocks/part-{number:04}.block").write_text(part(template, number))
    return folder


def scale(report, binary, scratch):
    """A project of 1,000 blocks and 10,000 stages, its half and its double."""
    report.title("synthetic project → llb")
    sizes = (250, 500, 1000, 2000)
    projects = [synthetic(scratch / f"synthetic-{blocks}", blocks) for blocks in sizes]
    commands = [compile_command(binary, project) for project in projects]
    measured = dict(zip(sizes, in_turns(commands, min(report.count, 7), report.output)))
    for blocks, runs in measured.items():
        report.show(f"{blocks} blocks", runs, SCALE if blocks <= 1000 else Limit())
    for blocks in sizes[:-1]:
        ratio = measured[2 * blocks].processor / max(measured[blocks].processor, 1e-9)
        print(f"    {blocks} → {2 * blocks} blocks: {ratio:.2f} times the processor time")
        if ratio > MOST_RATIO:
            report.exceed(f"{blocks} → {2 * blocks} blocks: {ratio:.2f} times, at most {MOST_RATIO}")


def plans(report, binary, scratch):
    """Lowering alone: a plan that is read, with a chain of stages."""
    report.title("plan that is read → llb")
    for stages in (100, 1000, 10000):
        plan = scratch / f"plan-{stages}.json"
        items = [
            f'{{"id":"s{at}","phaseKey":"build.01-system-deps","source":{{{source(at)}}},'
            f'"operations":[{{"op":"exec","command":"step {at}"}}]}}'
            for at in range(stages)
        ]
        plan.write_text('{"platform":{"os":"linux","arch":"amd64"},"stages":[' + ",\n".join(items) + "]}")
        report.line(f"{stages} stages", [binary, "compile", "--plan", plan, "--emit=llb", "-o", "/dev/null"])


def source(at):
    return '"image":"debian:12"' if at == 0 else f'"stage":"s{at - 1}"'


def nested(before, inner, after, depth):
    return before * depth + inner + after * depth


def bomb():
    """YAML whose aliases would be ten billion items."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for level, below in zip("bcdefghijk", "abcdefghij"):
        lines.append(f"{level}: &{level} [{', '.join([f'*{below}'] * 10)}]")
    return "\n".join(lines) + "\n"


def block(body):
    return {"main.py": "", "blocks/hostile.block": body}


def in_block(members):
    return block(f"block b {{\n{members}\n}}\n")


def in_stage(operations):
    return in_block(f"phase build.app-build {{ stage s {{\n{operations}\n}} }}")


def hostile_cases():
    """Projects made to break a compiler, all refused. tests/hostile.rs looks at what is said of them."""
    wide, file = LARGEST_BLOCK, LARGEST_FILE
    yield "10 MB block", block("# filler\n" * (10 * MIB // 9 + 1))
    yield "bidi", block("block b { # \u202eevil\n }")
    yield "escape", block('block b { let x = "\x1b[2J" }')
    yield "truncated UTF-8", block(b"block b { # \xe2\x82")
    yield "1 MB of bidi", block("\u202e" * (wide // 3))
    yield "1 MB of NUL", block("\0" * wide)
    yield "1 MB of brackets", block("[" * wide)
    yield "1 MB of braces", block("{\n" * (wide // 2))
    yield "1 MB of quotes", block('"' * wide)
    yield "1 MB of words", block("block " * (wide // 6))
    yield "1 MB of wrong statements", in_block("foo bar\n" * (wide // 8))
    yield "1 MB of not", in_block("let x = " + "not " * (wide // 4) + "true")
    yield "1 MB of or", in_block("let x = true" + " or true" * (wide // 8))
    yield "1 MB of postfix", in_block("let x = config" + ".build" * (wide // 6))
    yield "1 MB of here-documents", in_stage('run """\n' + "cat <<A <<B\n" * (wide // 12) + '"""')
    yield "depth 10,000 of lists", in_block(f"let x = {nested('[', '1', ']', 10_000)}")
    yield "depth 10,000 of parentheses", in_block(f"let x = {nested('(', '1', ')', 10_000)}")
    yield "depth 10,000 of interpolation", in_block("let x = " + nested('"${', "1", '}"', 10_000))
    yield "depth 10,000 of when", in_stage(nested("when true {\n", 'run "x"', "}\n", 10_000))
    yield "depth 10,000 of types", block(f"fn f(a: {nested('list<', 'int', '>', 10_000)}) -> int {{ 1 }}\nblock b {{}}")
    yield "replace that grows", in_block(
        'let x0 = "aaaaaaaaaaaaaaaa"\n'
        + "".join(f'let x{n + 1} = x{n}.replace("a", x{n})\n' for n in range(8))
        + 'detect { x8 == "" }'
    )
    yield "use in a circle", {
        "main.py": "",
        "blocks/a.block": 'use "./b.block"\nblock a { }',
        "blocks/b.block": 'use "./a.block"\nblock b { }',
    }
    yield "use out of the project", block('use "../../../../etc/passwd"\nblock b { }')
    yield "a fact out of the project", in_block('let x = read("../../etc/passwd")\ndetect { x != none }')
    yield "requirements out of the project", {"cog.yaml": "build:\n  python_requirements: ../../etc/passwd\n"}
    yield "duplicate keys", {"cog.yaml": "build:\n  gpu: true\n  gpu: false\n"}
    yield "YAML bomb", {"cog.yaml": bomb()}
    yield "4 MB of YAML brackets", {"cog.yaml": "a: " + "[" * file}
    yield "4 MB of TOML brackets", {"main.py": "", "pyproject.toml": "a = " + "[" * file}
    yield "4 MB of TOML dotted key", {"main.py": "", "pyproject.toml": "a" + ".a" * (file // 2) + " = 1\n"}
    yield "4 MB of one requirement", {"requirements.txt": "a>=1" + ",>=1" * (file // 4)}
    yield "4 MB of python_version", {"cog.yaml": 'build:\n  python_version: "' + "1." * (file // 2) + '1"\n'}
    yield "100,000 constraints", {"cog.yaml": 'build:\n  python_version: "' + ">=3.8," * 100_000 + '>=3.8"\n'}


def large_cases():
    """Projects as large as the limits allow, or that ask for as much work: they cost what they hold, and no more."""
    wide, file = LARGEST_BLOCK, LARGEST_FILE
    yield "1 MB of comments", block("# filler\n" * (wide // 9))
    yield "1 MB of empty blocks", block("".join(f"block b{n} {{}}\n" for n in range(wide // 16)))
    yield "1 MB of one block again", block("block b {}\n" * (wide // 11))
    yield "1 MB of unknown names", in_block("".join(f"let x{n} = y{n}\n" for n in range(wide // 22)))
    yield "1 MB in one string", in_block('let x = "' + "x" * wide + '"')
    yield "1 MB of interpolation", in_block('let x = "' + "${1}" * (wide // 4) + '"')
    yield "1 MB list", in_block("let x = [" + "1, " * (wide // 3) + "1]")
    yield "1 MB of else", in_block("let x = " + "1 if true else " * (wide // 15) + "1")
    yield "1 MB of lets in a chain", in_block(
        "let x0 = 1\n" + "".join(f"let x{n + 1} = x{n}\n" for n in range(wide // 24))
    )
    yield "lets that double", in_block(
        'let x0 = "xxxxxxxxxx"\n'
        + "".join(f'let x{n + 1} = "${{x{n}}}${{x{n}}}"\n' for n in range(60))
        + "detect { x60 == x0 }"
    )
    yield "lists that double", in_block(
        "let x0 = [1]\n"
        + "".join(f"let x{n + 1} = [for a in x{n} {{ for b in x{n} {{ a }} }}]\n" for n in range(12))
        + "detect { x12 == x0 }"
    )
    yield "functions that double", block(
        "fn f0(a: int) -> list<int> { [a] }\n"
        + "".join(
            f"fn f{n + 1}(a: int) -> list<int> {{ [for x in f{n}(a) {{ for y in f{n}(a) {{ x }} }}] }}\n"
            for n in range(30)
        )
        + "block b { detect { f30(1) == [1] } }"
    )
    yield "20,000 functions in a chain", block(
        "fn f0(a: int) -> int { a }\n"
        + "".join(f"fn f{n + 1}(a: int) -> int {{ f{n}(a) }}\n" for n in range(20_000))
        + "block b { detect { f20000(1) == 1 } }"
    )
    yield "1 MB shell text", in_stage('run "echo ' + "'x' " * (wide // 4) + '"')
    yield "1 MB of $( in shell text", in_stage("run '" + "$(" * (wide // 2) + "'")
    yield "1 MB of ` in shell text", in_stage("run '" + "`" * wide + "'")
    yield "1 MB of run steps", in_stage('run "x"\n' * (wide // 8))
    yield "20,000 stages in a chain", in_block(
        'phase build.app-build {\nstage s0 { from scratch\n mkdir "/x" }\n'
        + "".join(f'stage s{n + 1} {{ from stage s{n}\n mkdir "/x" }}\n' for n in range(20_000))
        + "}"
    )
    yield "20,000 block files", {"main.py": ""} | {f"blocks/b{n}.block": f"block b{n} {{}}" for n in range(20_000)}
    yield "exists of 1,000 stars", in_block(f'detect {{ exists("{"*a" * 1000}") }}') | {"a" * 200: ""}
    yield "exists of 50 double stars", in_block(f'detect {{ exists("{"**/" * 50}x") }}') | {"a/" * 60 + "b": ""}
    yield "4 MB of YAML keys", {"cog.yaml": "".join(f"k{n}: 1\n" for n in range(file // 12))}
    yield "4 MB of YAML merge", {"cog.yaml": "a: &a\n" + "".join(f"  k{n}: 1\n" for n in range(file // 14)) + "b:\n  <<: *a\n"}
    yield "4 MB of TOML tables", {"main.py": "", "pyproject.toml": "".join(f"[t{n}]\n" for n in range(file // 10))}
    yield "4 MB of requirements", {"requirements.txt": "".join(f"p{n}==1.{n}\n" for n in range(file // 18))}
    yield "4 MB of wrong requirements", {"requirements.txt": "===\n" * (file // 4)}
    yield "4 MB .dockerignore", {"main.py": "", ".dockerignore": "*a*b*c\n" * (file // 7)}


def write(folder, files):
    for path, content in files.items():
        path = folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def written(report, binary, scratch, cases, limit, expected):
    for at, (name, files) in enumerate(cases):
        project = write(scratch / f"case-{at}", files)
        report.line(name, compile_command(binary, project), limit, expected, count=min(report.count, 3))
        shutil.rmtree(project)


def hostile(report, binary, scratch):
    """Files made to break a compiler: refused soon."""
    report.title("hostile project → llb")
    written(report, binary, scratch, hostile_cases(), HOSTILE, expected=(1,))


def large(report, binary, scratch):
    """Projects as large as may be: no limit on time, but one that shows when cost has no bound."""
    report.title("largest project → llb")
    written(report, binary, scratch, large_cases(), LARGE, expected=(0, 1))


TABLES = {"corpus": corpus, "scale": scale, "plan": plans, "hostile": hostile, "large": large}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/cogpack")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--only", choices=TABLES)
    parser.add_argument("--check", action="store_true", help="exit 1 when a limit is exceeded")
    arguments = parser.parse_args()
    if not arguments.binary.is_file():
        sys.exit(f"{arguments.binary} is not there: run `cargo build --release` first")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        report = Report(arguments.runs, scratch)
        for name, table in TABLES.items():
            if arguments.only in (None, name):
                table(report, arguments.binary.resolve(), scratch)
    if report.exceeded:
        print(f"\n{len(report.exceeded)} limits exceeded:", *report.exceeded, sep="\n  ")
    if arguments.check and report.exceeded:
        sys.exit(1)


if __name__ == "__main__":
    main()
