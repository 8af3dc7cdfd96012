"""Rules that a look at the text decides: length, licence, captures, waiting, open ends."""

import re

import house

MOST_LINES = 500
LICENCE = "// SPDX-License-Identifier: MIT"
CATCH_ALL = re.compile(r"\[\s*[&=]\s*(,[^\]]*)?\]")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|uv_sleep)\b|(?<![\w.>:])(::)?sleep\(\d")
OPEN_END = "TODO" + "(now)"
# Where real time is the subject.
MAY_SLEEP = ("tests/integration/", "tests/bench/")


def code_rules(place, text):
    if not text.startswith(LICENCE + "\n"):
        yield f"{place}:1: the first line must be: {LICENCE}"
    code = house.without_comments(text).splitlines()
    for number, line in enumerate(code, 1):
        if place.startswith(("include/", "lib/", "services/")) and CATCH_ALL.search(line):
            yield f"{place}:{number}: list what the lambda captures"
        if place.startswith("tests/") and not place.startswith(MAY_SLEEP) and SLEEP.search(line):
            yield f"{place}:{number}: a test does not sleep"


def check(root):
    complaints = []
    everywhere = ("include", "lib", "services", "tests", "examples", "tools")
    own_suffixes = house.CODE + (".py", ".sh", ".build")
    for path in house.files(root, *everywhere, suffixes=own_suffixes):
        place = path.relative_to(root).as_posix()
        text = path.read_text()
        lines = text.count("\n")
        if lines > MOST_LINES:
            complaints.append(f"{place}: {lines} lines, at most {MOST_LINES}")
        for number, line in enumerate(text.splitlines(), 1):
            if OPEN_END in line:
                complaints.append(f"{place}:{number}: {OPEN_END} is not done yet")
        if path.suffix in house.CODE:
            complaints += code_rules(place, text)
    return complaints


def planted():
    def one(path, body):
        return {path: f"{LICENCE}\n{body}\n"}

    return [
        (one("lib/core/a.cpp", "auto f = [this, &x] { a[i] = 1; };  // [&] would be wrong"), None),
        (one("tests/core/a_test.cpp", "t.loop.sleep(5s); auto f = [&] {};"), None),
        (one("tests/bench/a.cpp", "std::this_thread::sleep_for(1s);"), None),
        ({"lib/core/a.cpp": "#include <x>\n"}, "the first line must be"),
        (one("lib/core/a.cpp", "\n" * MOST_LINES), "lines, at most"),
        (one("tests/core/a_test.cpp", "\n" * MOST_LINES), "lines, at most"),
        (one("lib/core/a.cpp", f"// {OPEN_END}: later"), "is not done yet"),
        (one("include/eddy/core/a.hpp", "auto f = [&] { g(); };"), "list what the lambda captures"),
        (one("lib/core/a.cpp", 'f("http://", [=](int) { g(); });'), "list what the lambda captures"),
        (one("services/http/a.cpp", "auto f = [&, x]() { g(); };"), "list what the lambda captures"),
        (one("lib/core/a.cpp", "auto f = [&]() mutable { g(); };"), "list what the lambda captures"),
        (one("tests/core/a_test.cpp", "std::this_thread::sleep_for(1s);"), "does not sleep"),
        (one("tests/core/a_test.cpp", "usleep(10);"), "does not sleep"),
        (one("tests/core/a_test.cpp", "  ::sleep(1);"), "does not sleep"),
    ]


if __name__ == "__main__":
    house.main(check, planted)
