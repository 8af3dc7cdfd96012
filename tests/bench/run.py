#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures eddy against bare libuv, side by side in one run, and prints ratios.

Servers run on one CPU and the load on another. A figure is the server's CPU time for one request
(/proc/PID/task/*/schedstat), which stays meaningful when other work shares the machine; a ratio is
the median of the ratios of single rounds, each round measuring all servers one after the other.
No figure fails the run: it ends with status 1 only if something could not be measured.

`tools/bench` builds all that is needed and runs this.
"""
import argparse
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True

from runner import report, rows  # noqa: E402
from runner.measure import Bench  # noqa: E402
from runner.processes import allow_many_files  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OTHER_ROWS = ["calls", "allocations", "idle-memory", "many-idle", "futures", "timers",
              "processes", "file-read", "compile"]
ALL_ROWS = [*rows.CPU, *OTHER_ROWS]


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n\n", maxsplit=1)[0],
                                     epilog="rows: " + " ".join(ALL_ROWS))
    parser.add_argument("--only", action="append", metavar="ROW", choices=ALL_ROWS,
                        help="measure this row; may be given several times")
    parser.add_argument("--quick", action="store_true", help="a first look, in about a minute")
    parser.add_argument("--rounds", type=int, help="rounds of each comparison (15; quick: 5)")
    parser.add_argument("--seconds", type=float, help="length of a load (0.5; quick: 0.2)")
    parser.add_argument("--json", metavar="FILE", help="write all figures and samples there too")
    parser.add_argument("--build", metavar="DIR", default=os.path.join(ROOT, "build/bench"),
                        help="where the programs were built")
    return parser.parse_args()


def sections(options, bench):
    wanted = options.only or ALL_ROWS
    cpu = [row for row in rows.CPU if row in wanted]
    if cpu:
        yield rows.cpu_section(bench, cpu)
    makers = {
        "calls": lambda: rows.call_section(bench),
        "allocations": lambda: rows.allocation_section(bench),
        "idle-memory": lambda: rows.memory_section(bench),
        "many-idle": lambda: rows.many_idle_section(bench),
        "futures": lambda: rows.future_section(bench),
        "timers": lambda: rows.timer_section(bench),
        "processes": lambda: rows.process_section(bench),
        "file-read": lambda: rows.file_section(bench),
        "compile": lambda: rows.compile_section(ROOT, 1 if options.quick else 3),
    }
    for row in OTHER_ROWS:
        if row in wanted:
            yield makers[row]()


def main():
    options = arguments()
    allow_many_files()
    rounds = options.rounds or (5 if options.quick else 15)
    seconds = options.seconds or (0.2 if options.quick else 0.5)
    bench = Bench(os.path.join(options.build, "tests/bench"), rounds, seconds,
                  0.2 if options.quick else 1)
    info = report.machine(ROOT)
    print(report.head(info, rounds, seconds), flush=True)
    done = []
    for section in sections(options, bench):
        report.show(section)
        done.append(section)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report.as_json(info, done), file, indent=1)
    missing = [line.what for section in done for line in section.lines if line.trouble]
    if missing:
        print(f"\nnot measured: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    if not shutil.which("strace"):
        sys.exit("bench: strace is missing: apt-get install strace")
    sys.exit(main())
