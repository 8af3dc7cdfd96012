# SPDX-License-Identifier: MIT
"""The measurements themselves: CPU in interleaved pairs, counted calls, memory, self-timed programs."""
import contextlib
import mmap
import os
import statistics
import struct
import tempfile

from .processes import Loads, Server, Unmeasured, end, run_program


class Bench:
    """What every measurement needs to know: where the programs are, and how long to measure."""

    def __init__(self, build, rounds, seconds, scale):
        self.build = build
        self.rounds = rounds
        self.seconds = seconds
        self.scale = scale  # of counts that cost time: 1, or less for a quick look
        self.loads = Loads(build)

    def command(self, words):
        path = os.path.join(self.build, words[0])
        if not os.path.exists(path):
            raise Unmeasured(f"{words[0]} is not built")
        return [path, *words[1:]]

    def count(self, n):
        return max(1, int(n * self.scale))


def ratios(samples, ours, base, key="cpu_ns"):
    """The ratio of each round, so that what slows a whole round down does not count."""
    found = [mine[key] / other[key] for mine, other in zip(samples[ours], samples[base])]
    return {"value": statistics.median(found), "low": min(found), "high": max(found)}


def median(samples, name, key="cpu_ns"):
    return statistics.median(sample[key] for sample in samples[name])


def interleave(names, rounds, measure):
    """Measures every name once a round, each second round in reverse; a list for each name."""
    samples = {name: [] for name in names}
    for i in range(rounds):
        for name in names if i % 2 == 0 else reversed(names):
            samples[name].append(measure(name))
    return samples


def cpu_samples(bench, programs, load, idle=None):
    """Loads the servers in turn. `idle` names those that hold so many idle connections meanwhile."""
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(Server(bench.command(words)))
                   for name, words in programs.items()}
        for name, count in (idle or {}).items():
            stack.callback(end, bench.loads.hold(servers[name], count))
        for server in servers.values():
            bench.loads.run(server, f"{load} -d 0.1 -w 0.1")
        timed = f"{load} -d {bench.seconds} -w 0.15"
        return interleave(list(servers), bench.rounds,
                          lambda name: bench.loads.run(servers[name], timed))


def calls_of(report):
    """The system calls in strace's summary, by name."""
    found = {}
    for line in report.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].isdigit() and words[0] != "total":
            found[words[0]] = int(words[1])
    return found


def traced_pass(bench, words, load, requests):
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as report:
        prefix = ["strace", "-f", "-c", "-U", "name,calls", "-o", report.name]
        with Server(bench.command(words), prefix) as server:
            answers = bench.loads.run(server, f"{load} -n {requests}")["answers"]
        calls = calls_of(report.read())
    if not calls:
        raise Unmeasured("strace saw nothing")
    return answers, calls


def system_calls(bench, words, load):
    """System calls a request, by name. Two passes, so that start and connections cancel out."""
    few, before = traced_pass(bench, words, load, bench.count(4000))
    many, after = traced_pass(bench, words, load, bench.count(24000))
    each = {name: (after[name] - before.get(name, 0)) / (many - few) for name in after}
    return {name: calls for name, calls in each.items() if abs(calls) >= 0.005}


def allocations(bench, words, load):
    """Heap allocations a request: the difference of two passes, after one that fills the pools."""
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(8)
        environment = {"LD_PRELOAD": os.path.join(bench.build, "alloc_count.so"),
                       "EDDY_BENCH_ALLOC_COUNT": file.name}
        shared = mmap.mmap(file.fileno(), 8)
        with Server(bench.command(words), environment=environment) as server:
            started = struct.unpack("Q", shared[:])[0]
            made = []
            for requests in (bench.count(20000), bench.count(20000), bench.count(220000)):
                before = struct.unpack("Q", shared[:])[0]
                answers = bench.loads.run(server, f"{load} -n {requests}")["answers"]
                made.append((answers, struct.unpack("Q", shared[:])[0] - before))
    if started == 0:
        raise Unmeasured("the allocation counter was not loaded")
    (_, _), (few, less), (many, more) = made
    return (more - less) / (many - few)


def idle_bytes(bench, words, load, count):
    """Memory the server made its own for each of `count` connections, in a fresh process."""
    with Server(bench.command(words)) as server:
        return bench.loads.run(server, f"{load} -c {count} -d 0.01")["bytes"]


def self_timed(bench, programs, rounds):
    """Programs that time themselves, in turn: for each name a list of {line name: line}."""
    commands = {name: bench.command(words) for name, words in programs.items()}
    return interleave(list(commands), rounds,
                      lambda name: {line["name"]: line for line in run_program(commands[name])})
