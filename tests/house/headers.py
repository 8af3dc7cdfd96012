"""Each public header compiles by itself, twice, with more warnings than we ask of sources, and an
older language mode is told, first thing, which flag to give. One compiler tries them one by one, which
takes long; every compiler there is tries all of them together."""

import concurrent.futures
import os
import shutil
import subprocess

import house

COMPILERS = ("clang++", "g++")
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
DEFINES_MAIN = "main.hpp"  # of the test kit: is included where doctest is implemented
CURE = "compile with -std=c++20"


def compile_alone(compiler, root, name, *flags):
    """The compiler's complaints about a source file that only includes `name`, twice."""
    line = f"#include <{name}>\n"
    command = [compiler, "-fsyntax-only", "-x", "c++", f"-I{root / 'include'}", *flags, "-"]
    run = subprocess.run(command, input=line * 2, capture_output=True, text=True)
    return run.stderr if run.returncode or run.stderr else ""


def complaints_of(compiler, root, name):
    found = []
    errors = compile_alone(compiler, root, name, "-std=c++20", *WARNINGS)
    if errors:
        found.append(f"{name}: {compiler} cannot compile it by itself:\n{errors}")
    older = compile_alone(compiler, root, name, "-std=c++17", "-Wfatal-errors")
    if CURE not in older:
        found.append(f"{name}: as C++17, {compiler} does not say first: {CURE}\n{older[:500]}")
    return found


def complaints_together(compiler, root, names):
    """Headers that each compile may still declare one name twice."""
    lines = "".join(f"#include <{name}>\n" for name in names)
    command = [compiler, "-fsyntax-only", "-x", "c++", f"-I{root / 'include'}", "-std=c++20"]
    run = subprocess.run([*command, *WARNINGS, "-"], input=lines, capture_output=True, text=True)
    return [f"{compiler} cannot compile all headers together:\n{run.stderr}"] if run.returncode else []


def version(compiler):
    return subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout


def check(root):
    compilers = [c for c in COMPILERS if shutil.which(c)]
    if not compilers:
        return ["there is no compiler to try the headers with"]
    include = root / "include"
    cache = os.environ.get("EDDY_HOUSE_CACHE")

    def one(compiler, header):
        memory = house.Cache(cache, "headers", WARNINGS, versions[compiler], script)
        key = memory.key(house.closure(header, [include]))
        if memory.passed(key):
            return []
        found = complaints_of(compiler, root, header.relative_to(include).as_posix())
        if not found:
            memory.store(key)
        return found

    versions = {compiler: version(compiler) for compiler in compilers}
    with open(__file__) as own:
        script = own.read()
    headers = house.files(root, "include")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(one, compilers[0], h) for h in headers]
        names = [h.relative_to(include).as_posix() for h in headers if h.name != DEFINES_MAIN]
        runs += [pool.submit(complaints_together, c, root, names) for c in compilers]
        return [complaint for run in runs for complaint in run.result()]


def planted():
    os.environ.pop("EDDY_HOUSE_CACHE", None)
    gate = f'#pragma once\n#if __cplusplus < 202002L\n#error "eddy: {CURE}"\n#endif\n'

    def one(body):
        return {"include/eddy/base/a.hpp": body}

    return [
        (one(gate + "#include <string>\ninline std::string f() { return {}; }\n"), None),
        (one(gate + "inline std::string f() { return {}; }\n"), "cannot compile it by itself"),
        (
            {f"include/eddy/base/{x}.hpp": gate + f"struct A {{ int {x}; }};\n" for x in "ab"},
            "cannot compile all headers together",
        ),
        (one(gate + "inline char f(int n) { return n; }\n"), "cannot compile it by itself"),
        (one(gate.replace("#pragma once\n", "") + "struct A {};\n"), "cannot compile it by itself"),
        (one("#pragma once\nstruct A {};\n"), "does not say first"),
        (one("#pragma once\n#include <span>\nstd::span<int> f();\n" + gate), "does not say first"),
    ]


if __name__ == "__main__":
    house.main(check, planted)
