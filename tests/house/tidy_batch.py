"""Several tests as one source, so that the headers they share are read once.

Most of what clang-tidy does for a test it does for the headers. In a batch each test stands in a
namespace of its own, behind all that any of them includes; a file that declares things in our
namespace cannot stand there. What a batch complains about is looked at file by file.
"""

import pathlib
import re
import shutil

SIZE = 8
ALONE = re.compile(r'^(namespace \w|extern "C"|.*\boperator (new|delete)\()', re.M)
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]', re.M)
OF_THE_FILE = {"-o": 2, "-c": 2, "-MF": 2, "-MQ": 2, "-MT": 2, "-MD": 1, "-MMD": 1}


def may_share(source):
    return source.name.endswith("_test.cpp") and not ALONE.search(source.read_text())


def flags(command):
    """The words of a compile command without the compiler and the file, in which they differ."""
    words = command.split()
    while words and words[0].startswith("-") is False:
        words.pop(0)
    kept = []
    while words:
        count = OF_THE_FILE.get(words[0], 0)
        if count == 0:
            kept.append(words[0])
        del words[: max(count, 1)]
    own = re.compile(r"-I\S+\.p$")  # the folder of a target's objects
    return tuple(word for word in kept if not own.match(word))


def batches(items, key):
    """Lists of at most SIZE of `items` that have the same `key`."""
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return [group[i : i + SIZE] for group in groups.values() for i in range(0, len(group), SIZE)]


def includes_of(source):
    for quote, name in INCLUDE.findall(source.read_text()):
        beside = source.parent / name
        yield f'#include "{beside}"' if quote == '"' and beside.is_file() else (
            f"#include {quote}{name}{'>' if quote == '<' else quote}"
        )


def text(sources):
    lines = list(dict.fromkeys(line for source in sources for line in includes_of(source)))
    for number, source in enumerate(sources):
        lines += [
            f"namespace unit_{number} {{",
            f'#include "{source}"  // NOLINT(bugprone-suspicious-include)',
            "}",
        ]
    return "\n".join(lines) + "\n"


def write(folder, root, sources, name):
    """Writes a batch to where it finds the configuration of the tests."""
    tests = pathlib.Path(folder) / "tests"
    tests.mkdir(parents=True, exist_ok=True)
    for config in (".clang-tidy", "tests/.clang-tidy"):
        if (root / config).exists():
            shutil.copy(root / config, pathlib.Path(folder) / config)
    path = tests / f"{name}.cpp"
    path.write_text(text(sources))
    return path
