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
import tidy_batch

NOISE = re.compile(r"^\d+ warnings? .*generated\.\n", re.M)
OWN = pathlib.Path(__file__).resolve().parents[2]


def tool_version():
    return subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True).stdout


def search_path(entry):
    """The folders that the compile command looks into for headers of ours."""
    here = pathlib.Path(entry["directory"])
    words = entry["command"].split()
    return [here / word[2:] for word in words if word.startswith("-I")]


def said_by(command, directory=None):
    run = subprocess.run(command, capture_output=True, text=True, cwd=directory)
    return NOISE.sub("", run.stdout + run.stderr) if run.returncode else ""


class Tidying:
    """One run over a tree: what passed before is left out, tests are looked at in batches."""

    def __init__(self, root, build, cache):
        self.root = root
        self.build = build
        self.cache = cache
        config = "".join(path.read_text() for path in sorted(root.glob("**/.clang-tidy")))
        self.always = ("tidy", tool_version(), config)

    def source(self, entry):
        return (pathlib.Path(entry["directory"]) / entry["file"]).resolve()

    def memory(self, entry):
        memory = house.Cache(self.cache, *self.always, entry["command"])
        return memory, memory.key(house.closure(self.source(entry), search_path(entry)))

    def is_new(self, entry):
        memory, key = self.memory(entry)
        return not memory.passed(key)

    def alone(self, entry):
        command = ["clang-tidy", "--quiet", f"-p={self.build}", str(self.source(entry))]
        complaint = said_by(command)
        if not complaint:
            self.note_passed(entry)
        return [complaint] if complaint else []

    def together(self, entries):
        if len(entries) == 1:
            return self.alone(entries[0])
        sources = [self.source(entry) for entry in entries]
        with tempfile.TemporaryDirectory() as folder:
            batch = tidy_batch.write(folder, self.root, sources, "batch")
            flags = tidy_batch.flags(entries[0]["command"])
            command = ["clang-tidy", "--quiet", str(batch), "--", *flags]
            if said_by(command, entries[0]["directory"]):
                return [complaint for entry in entries for complaint in self.alone(entry)]
        for entry in entries:
            self.note_passed(entry)
        return []

    def note_passed(self, entry):
        memory, key = self.memory(entry)
        memory.store(key)

    def check(self, entries):
        new = [entry for entry in entries if self.is_new(entry)]
        tests = [entry for entry in new if tidy_batch.may_share(self.source(entry))]
        others = [[entry] for entry in new if entry not in tests]
        work = tidy_batch.batches(tests, lambda e: tidy_batch.flags(e["command"])) + others
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return [complaint for found in pool.map(self.together, work) for complaint in found]


def check_tree(root, build, cache):
    with open(build / "compile_commands.json") as database:
        entries = json.load(database)
    ours = [e for e in entries if is_ours(root, build.resolve(), e)]
    return Tidying(root, build, cache).check(ours) if ours else ["there are no sources"]


def is_ours(root, build, entry):
    """Not a source that the build makes, which need not be there yet."""
    source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
    made = build != root and build in source.parents
    return source.suffix == ".cpp" and root in source.parents and not made


def check_planted(root):
    """For the self-test: all sources, compiled as c++20, with our configuration."""
    for config in (".clang-tidy", "tests/.clang-tidy"):
        (root / config).parent.mkdir(exist_ok=True)
        (root / config).write_text((OWN / config).read_text())
    sources = [path.relative_to(root) for path in house.files(root, "lib", "tests")]
    entries = [
        {"directory": str(root), "file": str(path), "command": f"c++ -std=c++20 -Iinclude -c {path}"}
        for path in sources
        if path.suffix == ".cpp"
    ]
    (root / "compile_commands.json").write_text(json.dumps(entries))
    with tempfile.TemporaryDirectory() as cache:
        first = check_tree(root.resolve(), root, cache)
        again = check_tree(root.resolve(), root, cache)
    return first if bool(first) == bool(again) else ["the cache changes the answer"]


def planted():
    def one(source, header="#pragma once\n"):
        return {"lib/a.cpp": "#include <eddy/a.hpp>\n" + source, "include/eddy/a.hpp": header}

    def tests(*sources):
        return {f"tests/{i}_test.cpp": f"#include <string>\n{s}" for i, s in enumerate(sources)}

    helper = "namespace {\nstd::string helper() { return {}; }\n}\nauto made = helper();\n"
    standard_names = "struct Task {\n  struct promise_type {};\n  using value_type = int;\n};\n"
    return [
        (one("int right_name() { return 1; }\n"), None),
        (one(standard_names), None),
        (one("int wrongName() { return 1; }\n"), "readability-identifier-naming"),
        (one("struct wrong_type {};\n"), "readability-identifier-naming"),
        (one("class A {\n  int no_suffix = 0;\n};\n"), "readability-identifier-naming"),
        (one("#define WRONG_MACRO 1\n"), "readability-identifier-naming"),
        (one("", "#pragma once\nstruct B {\n  int wrongMember;\n};\n"), "readability-identifier"),
        (tests(helper, helper), None),  # the same name in two tests
        (tests(helper, "namespace {\nint wrongName = 1;\n}\n" + helper), "1_test.cpp"),
        (tests(helper, helper, "namespace eddy {\nint wrongName() { return 1; }\n}\n"), "2_test"),
        (one("int f() {\n  int* p = nullptr;\n  return *p;\n}\n"), "clang-analyzer-core"),
    ]


def main():
    if sys.argv[1] == "--self-test":
        house.main(check_planted, planted)
    build = pathlib.Path(sys.argv[2]).resolve()
    house.main(lambda root: check_tree(root, build, os.environ.get("EDDY_HOUSE_CACHE")), planted)


if __name__ == "__main__":
    main()
