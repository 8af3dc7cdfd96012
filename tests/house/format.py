"""clang-format would change nothing."""

import pathlib
import shutil
import subprocess

import house

STYLE = pathlib.Path(__file__).resolve().parents[2] / ".clang-format"


def check(root):
    if not shutil.which("clang-format"):
        return ["clang-format is not installed"]
    paths = house.files(root, "include", "lib", "services", "tests", "examples", "tools")
    if not paths:
        return ["there are no sources"]
    if not (root / ".clang-format").exists():
        shutil.copy(STYLE, root)
    command = ["clang-format", "--dry-run", "-Werror", "--style=file", *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in run.stderr.splitlines() if ": error: " in line]
    complaints = sorted({f"{line.split(':')[0]}: code should be clang-formatted" for line in lines})
    if run.returncode and not complaints:
        complaints = [run.stderr]
    return complaints


def planted():
    return [
        ({"lib/base/a.cpp": "int f() { return 1; }\n"}, "code should be clang-formatted"),
        ({"lib/base/a.cpp": "int f() {\n  return 1;\n}\n"}, None),
        ({"include/eddy/base/a.hpp": "struct A\n{\n};\n"}, "code should be clang-formatted"),
        ({"README.md": ""}, "there are no sources"),
    ]


if __name__ == "__main__":
    house.main(check, planted)
