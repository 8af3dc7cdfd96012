# SPDX-License-Identifier: MIT
"""Lines of the report, as a table and as JSON."""
import dataclasses
import os
import platform
import subprocess

from . import compile_time
from .processes import cpus


@dataclasses.dataclass
class Line:
    """One line: what was measured, both sides, the figure that counts and what it should reach."""
    what: str
    base: object = None  # the limit's figure, or whatever the row compares with
    ours: object = None
    value: float = None  # what the goal is about: a ratio, or ours
    low: float = None
    high: float = None
    goal: float = None
    note: str = ""
    trouble: str = ""  # why there is no figure


@dataclasses.dataclass
class Section:
    row: str
    title: str
    base_name: str
    ours_name: str
    value_name: str
    lines: list
    digits: int = 0  # of the two sides
    samples: dict = dataclasses.field(default_factory=dict)


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def machine(root):
    """What the figures depend on."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    server, load = cpus()
    return {"processor": model, "cpus": os.cpu_count(), "kernel": platform.release(),
            "compiler": first_line([*compile_time.compiler(), "--version"]), "flags": "-O2",
            "libuv": first_line(["pkg-config", "--modversion", "libuv"]),
            "commit": first_line(["git", "-C", root, "describe", "--always", "--dirty"]),
            "server_cpu": server, "load_cpu": load, "load_average": os.getloadavg()[0]}


def head(info, rounds, seconds):
    apart = info["server_cpu"] != info["load_cpu"]
    where = (f"server on CPU {info['server_cpu']}, load on CPU {info['load_cpu']}" if apart
             else "server and load on ONE CPU: the figures say little")
    return (f"{info['processor']}, {info['cpus']} CPUs, Linux {info['kernel']}\n"
            f"{info['compiler']}, {info['flags']} on both sides, libuv {info['libuv']}, "
            f"commit {info['commit']}\n"
            f"{where}; {rounds} rounds of {seconds} s; load average {info['load_average']:.1f}")


def verdict(line):
    if line.goal is None or line.value is None:
        return ""
    return "reached" if round(line.value, 2) <= line.goal else f"missed by {line.value - line.goal:.2f}"


def number(value, digits):
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:,.{digits}f}"


def cells(section, line):
    spread = "" if line.low is None else f"{line.low:.2f} - {line.high:.2f}"
    goal = "" if line.goal is None else f"<= {line.goal:,.2f}"
    if section.value_name == section.ours_name:  # a figure, and no ratio
        value = ""
    else:
        value = number(line.value, 2)
    return [number(line.base, section.digits), number(line.ours, section.digits), value, spread,
            goal, verdict(line)]


def show(section):
    value_name = "" if section.value_name == section.ours_name else section.value_name
    heads = [section.base_name, section.ours_name, value_name, "min - max", "goal", ""]
    widths = [11, 11, 8, 14, 13, 18]
    print(f"\n{section.title:44}" + "".join(h.rjust(w) for h, w in zip(heads, widths)).rstrip())
    for line in section.lines:
        if line.trouble:
            print(f"  {line.what:42}  {line.trouble}")
            continue
        row = "".join(c.rjust(w) for c, w in zip(cells(section, line), widths))
        note = f"  {line.note}" if line.note else ""
        print(f"  {line.what:42}{row.rstrip()}{note}".rstrip(), flush=True)


def as_json(info, sections):
    return {"machine": info, "sections": [dataclasses.asdict(section) for section in sections]}
