# SPDX-License-Identifier: MIT
"""What including a header costs: the compiler's CPU time for a file that does nothing else."""
import os
import resource
import shlex
import subprocess
import tempfile

from .processes import Unmeasured


def compiler():
    """The compiler without a cache in front of it."""
    words = shlex.split(os.environ.get("CXX", "c++"))
    return [word for word in words if os.path.basename(word) != "ccache"]


def public_headers(root):
    include = os.path.join(root, "include")
    for folder, folders, files in os.walk(include):
        folders[:] = [name for name in folders if name != "detail"]
        for name in files:
            if name.endswith(".hpp"):
                yield os.path.relpath(os.path.join(folder, name), include)


def hello(root):
    """The smallest example there is."""
    examples = os.path.join(root, "examples")
    for folder, _, files in sorted(os.walk(examples)):
        for name in sorted(files):
            path = os.path.relpath(os.path.join(folder, name), examples)
            if path.startswith("01") and name.endswith(".cpp"):
                return os.path.join(examples, path)
    raise Unmeasured("no example 01 yet")


def once(root, source):
    command = [*compiler(), "-std=c++20", "-O2", "-I", os.path.join(root, "include"), "-c",
               source, "-o", os.devnull]
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode != 0:
        raise Unmeasured((ran.stderr.strip().splitlines() or ["does not compile"])[0])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds(root, source, times):
    """The least of some tries: the others had disturbances in them."""
    return min(once(root, source) for _ in range(times))


def of_text(root, text, times):
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as file:
        file.write(text)
        file.flush()
        return seconds(root, file.name, times)
