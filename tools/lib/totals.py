"""Counts what a `meson test` run did: `totals.py SUITE TESTLOG.json` prints one line a program.

A doctest program counts with its cases, any other program as one. A program that says all its cases
passed and yet fails (a sanitizer's finding, a crash at exit) is one failure more.
"""

import json
import os
import re
import sys

SUMMARY = re.compile(
    r"\[doctest\] test cases: +(\d+) \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped"
)


def count(test):
    good = test["result"] == "OK"
    summary = SUMMARY.search(test.get("stdout", ""))
    if summary:
        passed, failed, skipped = (int(n) for n in summary.groups()[1:])
        if any(word.startswith("--source-file") for word in test.get("command", [])):
            skipped = 0  # cases that this suite did not choose
        return passed, failed if good or failed else 1, skipped
    if test["result"] == "SKIP":
        return 0, 0, 1
    return (1, 0, 0) if good else (0, 1, 0)


def main():
    suite, path = sys.argv[1:]
    if not os.path.exists(path):
        sys.exit(f"{suite}: no test ran")
    with open(path) as log:
        tests = [json.loads(line) for line in log]
    for test in tests:
        name = test["name"].split(" / ")[-1].replace(" ", "_")
        print(suite, name, *count(test))
    return 0 if tests else 1


if __name__ == "__main__":
    sys.exit(main())
