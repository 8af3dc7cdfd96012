# SPDX-License-Identifier: MIT
"""The rows of the report: which programs under which load, and what is to be reached."""
import os
import statistics
import tempfile

from . import compile_time
from .measure import (allocations, cpu_samples, idle_bytes, interleave, median, ratios, self_timed,
                      system_calls)
from .processes import Unmeasured
from .report import Line, Section

HTTP = {"limit": ["limit_http_hello"], "eddy": ["http_server"]}
HTTP_HEADERS = ["limit_http_hello", "-m", "headers"]
PUSH = {"limit": ["limit_tcp_echo"], "eddy": ["tcp_push"]}
UDP = {"limit": ["limit_udp_echo"], "eddy": ["udp_echo"]}
TLS = {"limit": ["limit_tls_echo"], "eddy": ["tls_echo"]}
TLS_DIRECT = ["limit_tls_echo", "-m", "direct"]
PULL = {"limit": ["limit_tcp_echo"], "eddy": ["tcp_pull"]}

# row: (what, programs, load, goal, more programs under the same load)
CPU = {
    "http-64": ("HTTP keep-alive, 64 connections", HTTP, "http -c 64", 1.10,
                {"limit again (noise)": HTTP["limit"], "limit, headers kept": HTTP_HEADERS}),
    "http-pipelined": ("HTTP pipelined 16, 64 connections", HTTP, "http -c 64 -P 16", 1.35,
                       {"limit again (noise)": HTTP["limit"], "limit, headers kept": HTTP_HEADERS}),
    "http-512": ("HTTP keep-alive, 512 connections", HTTP, "http -c 512", 1.08, {}),
    "http-connection": ("HTTP, a connection a request", HTTP, "close -c 64", 1.10, {}),
    "tcp-push": ("TCP echo of 1 KiB, push", PUSH, "echo -c 64 -s 1024", 1.08,
                 {"limit again (noise)": PUSH["limit"]}),
    "tcp-64k": ("TCP echo of 64 KiB, push", PUSH, "echo -c 16 -s 65536", 1.05,
                {"limit again (noise)": PUSH["limit"]}),
    "udp-plain": ("UDP echo of 1 KiB, one at a time", UDP, "udp -c 1 -s 1024", 1.08,
                  {"limit again (noise)": UDP["limit"],
                   "limit, without recvmmsg": ["limit_udp_echo", "-m", "plain"]}),
    "udp-batched": ("UDP echo of 1 KiB, batches", UDP, "udp -c 16 -s 1024 -P 16", 1.00,
                    {"limit again (noise)": UDP["limit"],
                     "limit, without recvmmsg": ["limit_udp_echo", "-m", "plain"]}),
    "udp-trains": ("UDP echo of 1 KiB, trains of 16", UDP, "udp -c 16 -s 1024 -P 16 -g", 1.00,
                   {"limit again (noise)": UDP["limit"]}),
    "tcp-pull": ("TCP echo of 1 KiB, Future interface", PULL, "echo -c 64 -s 1024", 1.20, {}),
    "tls": ("TLS echo of 1 KiB, push", TLS, "tls -c 64 -s 1024", 1.10,
            {"limit again (noise)": TLS["limit"], "limit, one BIO for all": TLS_DIRECT}),
}

# (what, programs, load, goal for calls beside epoll_wait, goal for allocations)
COUNTS = [
    ("HTTP keep-alive", HTTP, "http -c 64", 2, 0),
    ("HTTP pipelined 16", HTTP, "http -c 64 -P 16", None, 0),
    ("HTTP, a connection a request", HTTP, "close -c 64", None, None),
    ("UDP echo, batches", UDP, "udp -c 16 -P 16", None, 0),
    ("TCP echo, push", PUSH, "echo -c 64", None, None),
    ("TCP echo, Future interface", PULL, "echo -c 64", None, None),
]

IDLE_BYTES_GOAL = 2048
MANY_IDLE = 10_000
SOME_IDLE = 2_000
TIMER_AIM_NS = 100
SPAWN_GOAL = 1.15
HELLO_GOAL_SECONDS = 2.5
FILE_BYTES = 1 << 30
FILE_GOAL = 1.05


def tried(make, what):
    """A line, or the reason why there is none."""
    try:
        return make()
    except Unmeasured as why:
        return Line(what, trouble=str(why))


def built(bench, programs):
    """Without the programs that are not built yet; with their names."""
    there, missing = {}, []
    for name, words in programs.items():
        try:
            bench.command(words)
            there[name] = words
        except Unmeasured as why:
            missing.append((name, str(why)))
    return there, missing


def cpu_lines(bench, row, keep):
    what, programs, load, goal, more = CPU[row]
    there, missing = built(bench, {**programs, **more})
    lines = [Line(what, trouble=why) for _, why in missing]
    samples = keep[row] = cpu_samples(bench, there, load)
    for name in there:
        if name == "limit":
            continue
        busy = median(samples, name, "busy")
        lines.append(Line(what if name == "eddy" else f"  {name}", median(samples, "limit"),
                          median(samples, name), goal=goal if name == "eddy" else None,
                          note=f"busy {busy:.2f}" if busy < 0.9 else "",
                          **ratios(samples, name, "limit")))
    return lines


def cpu_section(bench, rows):
    section = Section("cpu", "Server CPU ns a request", "limit", "eddy", "ratio", [])
    for row in rows:
        try:
            section.lines += cpu_lines(bench, row, section.samples)
        except Unmeasured as why:
            section.lines.append(Line(CPU[row][0], trouble=str(why)))
    return section


def split_calls(calls):
    waits = sum(n for name, n in calls.items() if name.startswith("epoll_") and "wait" in name)
    others = {name: n for name, n in calls.items()
              if not (name.startswith("epoll_") and "wait" in name)}
    named = ", ".join(f"{name} {n:.2f}" for name, n in
                      sorted(others.items(), key=lambda item: -item[1]))
    return sum(others.values()), f"{named}; epoll_wait {waits:.2f}"


def call_line(bench, case):
    what, programs, load, goal, _ = case
    commands = {name: bench.command(words) and words for name, words in programs.items()}
    base, _ = split_calls(system_calls(bench, commands["limit"], load))
    ours, named = split_calls(system_calls(bench, commands["eddy"], load))
    return Line(what, base, ours, value=ours, goal=goal, note=named)


def call_section(bench):
    lines = [tried(lambda case=case: call_line(bench, case), case[0]) for case in COUNTS]
    return Section("calls", "System calls a request beside epoll_wait", "limit", "eddy", "eddy",
                   lines, digits=2)


def allocation_line(bench, case):
    what, programs, load, _, goal = case
    for words in programs.values():
        bench.command(words)
    base = allocations(bench, programs["limit"], load)
    ours = allocations(bench, programs["eddy"], load)
    return Line(what, base, ours, value=ours, goal=goal)


def allocation_section(bench):
    lines = [tried(lambda case=case: allocation_line(bench, case), case[0]) for case in COUNTS]
    return Section("allocations", "Heap allocations a request", "limit", "eddy", "eddy", lines,
                   digits=3)


def memory_line(bench, what, programs, load, count, goal):
    samples = interleave(list(programs), 3,
                         lambda name: idle_bytes(bench, programs[name], load, count))
    ours = statistics.median(samples["eddy"])
    return Line(f"{count:,} {what}", statistics.median(samples["limit"]), ours, value=ours,
                goal=goal)


def memory_section(bench):
    cases = [("idle HTTP connections", HTTP, "hold", MANY_IDLE, IDLE_BYTES_GOAL),
             ("idle TLS connections", TLS, "tls-hold", SOME_IDLE, None)]
    lines = [tried(lambda case=case: memory_line(bench, *case[:3], bench.count(case[3]), case[4]),
                   case[0])
             for case in cases]
    return Section("idle-memory", "User memory, bytes a connection", "limit", "eddy", "eddy", lines)


def many_idle_lines(bench, name, goal, keep):
    count = bench.count(MANY_IDLE)
    programs = {f"{name} alone": HTTP[name], f"{name} with idle": HTTP[name]}
    with_idle = f"{name} with idle"
    samples = cpu_samples(bench, programs, "http -c 64", {with_idle: count})
    keep.update(samples)
    return Line(f"{name}: 64 busy beside {count:,} idle", median(samples, f"{name} alone"),
                median(samples, with_idle), goal=goal, **ratios(samples, with_idle, f"{name} alone"))


def many_idle_section(bench):
    section = Section("many-idle", "Server CPU ns a request", "without", "with", "ratio", [])
    for name, goal in (("eddy", 1.15), ("limit", None)):
        section.lines.append(tried(
            lambda n=name, g=goal: many_idle_lines(bench, n, g, section.samples), name))
    return section


def future_section(bench):
    """One program holds all forms, so the ratio of each run is a ratio of one run."""
    section = Section("futures", "Continuations, ns each", "pooled", "ours", "ratio", [], digits=1)
    try:
        runs = self_timed(bench, {"futures": ["futures"]}, bench.rounds)["futures"]
    except Unmeasured as why:
        section.lines.append(Line("promise + then + resolve", trouble=str(why)))
        return section
    samples = section.samples = {name: [run[name] for run in runs] for name in runs[0]}
    for name, what in (("eddy", "promise + then + resolve"), ("await", "promise + await + resolve")):
        each = median(samples, name, "allocations")
        section.lines.append(Line(
            what, median(samples, "pooled", "ns"),
            median(samples, name, "ns"), goal=1.35 if name == "eddy" else None,
            note=f"{each:.2f} allocations", **ratios(samples, name, "pooled", "ns")))
    return section


def timer_lines(samples):
    for step in ("arm", "cancel"):
        each = {"limit": [run[f"reused_{step}"] for run in samples["limit"]],
                "eddy": [run[step] for run in samples["eddy"]]}
        yield Line(f"{step}, 100,000 timers", median(each, "limit", "ns"),
                   median(each, "eddy", "ns"), note=f"aim: {TIMER_AIM_NS} ns",
                   **ratios(each, "eddy", "limit", "ns"))


def timer_section(bench):
    section = Section("timers", "Timers, ns each", "uv_timer_t", "eddy", "ratio", [], digits=1)
    programs = {"limit": ["limit_timers"], "eddy": ["timers"]}
    try:
        section.samples = self_timed(bench, programs, min(5, bench.rounds))
        section.lines = list(timer_lines(section.samples))
    except Unmeasured as why:
        section.lines.append(Line("100,000 timers armed and cancelled", trouble=str(why)))
    return section


def process_section(bench):
    section = Section("processes", "Child processes, ns each", "uv_spawn", "eddy", "ratio", [])
    what = "spawn + wait of /bin/true"
    programs = {"limit": ["limit_processes"], "eddy": ["processes"]}
    try:
        section.samples = self_timed(bench, programs, min(7, bench.rounds))
        each = {name: [run["spawn"] for run in runs] for name, runs in section.samples.items()}
        section.lines.append(Line(what, median(each, "limit", "ns"), median(each, "eddy", "ns"),
                                  goal=SPAWN_GOAL, **ratios(each, "eddy", "limit", "ns")))
    except Unmeasured as why:
        section.lines.append(Line(what, trouble=str(why)))
    return section


def file_of(bench, folder):
    """A file that is in memory when it is read."""
    path = os.path.join(folder, "file")
    piece = os.urandom(1 << 20)
    with open(path, "wb") as file:
        for _ in range(bench.count(FILE_BYTES) // len(piece)):
            file.write(piece)
    return path


def file_lines(samples, size):
    """What all threads of a program take for a MiB, for the CPU may be shared with others."""
    for name, what, goal in (("limit", "read() in a thread", FILE_GOAL), ("uv", "uv_fs_read()", None)):
        each = {key: [run["read"] for run in samples[key]] for key in (name, "eddy")}
        yield Line(f"{size} MiB, against {what}", median(each, name, "cpu_ns"),
                   median(each, "eddy", "cpu_ns"), goal=goal,
                   **ratios(each, "eddy", name, "cpu_ns"))


def file_section(bench):
    section = Section("file-read", "Sequential read, CPU ns a MiB", "limit", "eddy", "ratio", [])
    try:
        with tempfile.TemporaryDirectory(dir=bench.build) as folder:
            path = file_of(bench, folder)
            programs = {"limit": ["limit_file_read", path], "uv": ["limit_file_read", path, "uv"],
                        "eddy": ["file_read", path]}
            section.samples = self_timed(bench, programs, bench.rounds)
            section.lines = list(file_lines(section.samples, os.path.getsize(path) >> 20))
    except Unmeasured as why:
        section.lines.append(Line("a file from one end to the other", trouble=str(why)))
    return section


def compile_line(root, what, goal, measured):
    def make():
        spent = measured()
        return Line(what, None, spent, value=spent, goal=goal)
    return tried(make, what)


def compile_section(root, times):
    lines = [
        compile_line(root, "an empty file", None,
                     lambda: compile_time.of_text(root, "\n", times)),
        compile_line(root, "hello world (examples/01)", HELLO_GOAL_SECONDS,
                     lambda: compile_time.seconds(root, compile_time.hello(root), times)),
    ]
    for header in sorted(compile_time.public_headers(root)):
        text = f"#include <{header}>\n"
        lines.append(compile_line(root, header, None,
                                  lambda text=text: compile_time.of_text(root, text, times)))
    return Section("compile", "Compile time, CPU seconds at -O2", "", "eddy", "eddy", lines,
                   digits=2)
