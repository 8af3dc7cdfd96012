"""What the house rules share: finding files, caching, and the two ways in which a rule is run.

A rule is a script with two functions: `check(root)` returns a list of complaints about the tree at
`root`, and `planted()` returns cases that prove that the rule can fail. `rule.py ROOT` checks a tree,
`rule.py --self-test` runs the cases.
"""

import hashlib
import os
import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.S)
CODE = (".cpp", ".hpp", ".h", ".c")


def files(root, *folders, suffixes=CODE):
    """The files below `folders` of `root`, sorted; build folders and hidden ones left out."""
    found = []
    for folder in folders:
        for here, dirs, names in os.walk(pathlib.Path(root) / folder):
            dirs[:] = [d for d in dirs if not d.startswith((".", "build", "__pycache__"))]
            found += [pathlib.Path(here) / name for name in names if name.endswith(suffixes)]
    return sorted(found)


def includes(path):
    """The includes of a file as (line number, name, quoted?)."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[2], match[1] == '"'


def without_comments(text):
    """The text with its comments blanked, line numbers kept."""
    return STRING_OR_COMMENT.sub(
        lambda m: m[0] if m[0].startswith('"') else "\n" * m[0].count("\n"), text
    )


def closure(path, search):
    """`path` and all files of ours that it includes, directly or not, looked up in `search`."""
    seen, waiting = set(), [path.resolve()]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for _, name, _ in includes(current):
            candidates = [current.parent / name] + [folder / name for folder in search]
            waiting += [c.resolve() for c in candidates if c.is_file()]
    return sorted(seen)


class Cache:
    """Remembers which inputs passed, by content. Without a folder it remembers nothing."""

    def __init__(self, folder, *always):
        self.folder = pathlib.Path(folder) if folder else None
        self.always = always

    def key(self, paths):
        digest = hashlib.sha256()
        for part in self.always:
            digest.update(str(part).encode() + b"\0")
        for path in paths:
            content = path.read_bytes()
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    def passed(self, key):
        return self.folder is not None and (self.folder / key).exists()

    def store(self, key):
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / key).touch()


def self_test(check, planted):
    """Runs `check` on a small tree for each case (files, complaint); None means there must be none."""
    wrong = []
    for number, (tree, complaint) in enumerate(planted, 1):
        with tempfile.TemporaryDirectory() as root:
            for name, text in tree.items():
                path = pathlib.Path(root) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            found = check(pathlib.Path(root))
        if complaint is None and found:
            wrong.append(f"case {number}: nothing is wrong here, yet: {found}")
        if complaint is not None and not any(complaint in f for f in found):
            wrong.append(f"case {number}: expected {complaint!r}, got {found}")
    if not any(complaint for _, complaint in planted):
        wrong.append("no case shows that the rule can fail")
    return wrong


def main(check, planted):
    argument = sys.argv[1]
    if argument == "--self-test":
        complaints = self_test(check, planted())
    else:
        complaints = check(pathlib.Path(argument).resolve())
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} complaints")
    sys.exit(1 if complaints else 0)
