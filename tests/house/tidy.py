"""clang-tidy has nothing to say.

Takes a build folder for its compile_commands.json. What passed is remembered by the content of the
source, of everything of ours that it includes, of the configuration and of the compile command.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import house

NOISE = re.compile(r"^\d+ warnings? .*generated\.\n", re.M)
OWN = pathlib.Path(__file__).resolve().parents[2]


def tool_version():
    return subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True).stdout


def search_path(entry):
    """The folders that the compile command looks into for headers of ours."""
    here = pathlib.Path(entry["directory"])
    words = entry["command"].split()
    return [here / word[2:] for word in words if word.startswith("-I")]


def tidy(build, source):
    command = ["clang-tidy", "--quiet", f"-p={build}", str(source)]
    run = subprocess.run(command, capture_output=True, text=True)
    said = NOISE.sub("", run.stdout + run.stderr)
    return said if run.returncode else ""


def check_tree(root, build, cache):
    version = tool_version()
    config = "".join(path.read_text() for path in sorted(root.glob("**/.clang-tidy")))
    with open(build / "compile_commands.json") as database:
        entries = json.load(database)

    def one(entry):
        source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        memory = house.Cache(cache, "tidy", version, config, entry["command"])
        key = memory.key(house.closure(source, search_path(entry)))
        if memory.passed(key):
            return ""
        complaint = tidy(build, source)
        if not complaint:
            memory.store(key)
        return complaint

    ours = [e for e in entries if is_ours(root, build.resolve(), e)]
    if not ours:
        return ["there are no sources"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [complaint for complaint in pool.map(one, ours) if complaint]


def is_ours(root, build, entry):
    """Not a source that the build makes, which need not be there yet."""
    source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
    made = build != root and build in source.parents
    return source.suffix == ".cpp" and root in source.parents and not made


def check_planted(root):
    """For the self-test: one source, compiled as c++20, with our configuration."""
    (root / ".clang-tidy").write_text((OWN / ".clang-tidy").read_text())
    command = "c++ -std=c++20 -Iinclude -c lib/a.cpp"
    entry = {"directory": str(root), "file": "lib/a.cpp", "command": command}
    (root / "compile_commands.json").write_text(json.dumps([entry]))
    with tempfile.TemporaryDirectory() as cache:
        first = check_tree(root.resolve(), root, cache)
        again = check_tree(root.resolve(), root, cache)
    return first if bool(first) == bool(again) else ["the cache changes the answer"]


def planted():
    def one(source, header="#pragma once\n"):
        return {"lib/a.cpp": "#include <eddy/a.hpp>\n" + source, "include/eddy/a.hpp": header}

    standard_names = "struct Task {\n  struct promise_type {};\n  using value_type = int;\n};\n"
    return [
        (one("int right_name() { return 1; }\n"), None),
        (one(standard_names), None),
        (one("int wrongName() { return 1; }\n"), "readability-identifier-naming"),
        (one("struct wrong_type {};\n"), "readability-identifier-naming"),
        (one("class A {\n  int no_suffix = 0;\n};\n"), "readability-identifier-naming"),
        (one("#define WRONG_MACRO 1\n"), "readability-identifier-naming"),
        (one("", "#pragma once\nstruct B {\n  int wrongMember;\n};\n"), "readability-identifier"),
        (one("int f() {\n  int* p = nullptr;\n  return *p;\n}\n"), "clang-analyzer-core"),
    ]


def main():
    if sys.argv[1] == "--self-test":
        house.main(check_planted, planted)
    build = pathlib.Path(sys.argv[2]).resolve()
    house.main(lambda root: check_tree(root, build, os.environ.get("EDDY_HOUSE_CACHE")), planted)


if __name__ == "__main__":
    main()
