"""The shared library gives away nothing of llhttp and libuv, and no C name at all."""

import subprocess
import sys

import house

# What the linker itself defines.
LINKERS = {"_init", "_fini", "_edata", "_end", "__bss_start"}


def defined(library):
    command = ["nm", "-D", "--defined-only", "--format=posix", str(library)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split()[0] for line in run.stdout.splitlines()]


def leaks(library):
    names = defined(library)
    found = [f"{library.name} gives away {n}" for n in names
             if not n.startswith("_Z") and n not in LINKERS]
    if not any(n.startswith("_ZN4eddy") or n.startswith("_ZNK4eddy") for n in names):
        found.append(f"{library.name} gives nothing of eddy to its users")
    return found


def check_sources(root):
    """For the self-test: makes a library of the planted source, and looks at that."""
    library = root / "libplanted.so"
    command = ["c++", "-shared", "-fPIC", "-fvisibility=hidden", "-o", library, root / "a.cpp"]
    subprocess.run(command, check=True)
    return leaks(library)


def planted():
    good = 'namespace eddy { __attribute__((visibility("default"))) void f() {} }\n'
    llhttp = '__attribute__((visibility("default"))) void llhttp_init() {}'
    libuv = '__attribute__((visibility("default"))) void uv_run() {}'
    return [
        ({"a.cpp": good + 'extern "C" void llhttp_init() {}\n'}, None),
        ({"a.cpp": good + f'extern "C" {llhttp}\n'}, "gives away llhttp_init"),
        ({"a.cpp": good + f'extern "C" {libuv}\n'}, "gives away uv_run"),
        ({"a.cpp": "namespace eddy { void f() {} }\n"}, "gives nothing of eddy"),
    ]


if __name__ == "__main__":
    house.main(check_sources if sys.argv[1] == "--self-test" else leaks, planted)
