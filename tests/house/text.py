"""Rules that a look at the text decides: length, licence, captures, waiting, open ends."""

import re

import house

MOST_LINES = 500
LICENCE = "// SPDX-License-Identifier: MIT"
CATCH_ALL = re.compile(r"\[\s*[&=]\s*(,[^\]]*)?\]")
# They call what they are given before they return: a lambda there dies in the same statement.
AT_ONCE = re.compile(
    r"\b(all_of|any_of|none_of|find_if|find_if_not|count_if|copy_if|remove_if|erase_if|for_each|sort"
    r"|stable_sort|partition|lower_bound|upper_bound|min_element|max_element|transform|visit|guarded)"
    r"(<[^()]*>)?$"
)
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|uv_sleep)\b|(?<![\w.>:])(::)?sleep\(\d")
OPEN_END = "TODO" + "(now)"
# Where real time is the subject.
MAY_SLEEP = ("tests/integration/", "tests/bench/")


def called(code, position):
    """What is called with an argument that begins at `position`: the text before the open bracket."""
    depth = 0
    for i in range(position - 1, -1, -1):
        if code[i] in ")}]":
            depth += 1
        elif code[i] in "({[":
            if depth == 0:
                return code[max(0, i - 80):i] if code[i] == "(" else ""
            depth -= 1
        elif code[i] == ";" and depth == 0:
            return ""
    return ""


def catch_alls(code):
    """The lines with a lambda that captures everything and may outlive its statement."""
    for match in CATCH_ALL.finditer(code):
        if "=" in match[0] or not AT_ONCE.search(called(code, match.start())):
            yield code.count("\n", 0, match.start()) + 1


def code_rules(place, text):
    in_c = place.endswith(".c") and text.startswith(LICENCE.replace("//", "/*"))
    if not in_c and not text.startswith(LICENCE + "\n"):
        yield f"{place}:1: the first line must be: {LICENCE}"
    code = house.without_comments(text)
    if place.startswith(("include/", "lib/", "services/")):
        for number in catch_alls(code):
            yield f"{place}:{number}: list what the lambda captures"
    for number, line in enumerate(code.splitlines(), 1):
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
        (one("lib/net/a.cpp", "return std::any_of(a.begin(), a.end(), [&](int i) { return i; });"), None),
        (one("lib/net/a.cpp", "auto f = guarded<void>([&] { g(); });"), None),
        (one("lib/net/a.cpp", "const auto f = [&] { g(); };"), "a.cpp:2: list what the lambda captures"),
        (one("lib/net/a.cpp", "move(x).then([&] { g(); });"), "list what the lambda captures"),
        (one("lib/net/a.cpp", "x.any_of();\nposter.post(1, [&] { g(); });"), "a.cpp:3: list what"),
        (one("lib/net/a.cpp", "std::sort(a, b, [=](int i) { return i; });"), "list what the lambda"),
        ({"tests/bench/a.c": "/* SPDX-License-Identifier: MIT\n */\n"}, None),
        ({"tests/bench/a.c": "/* whose? */\n"}, "the first line must be"),
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
