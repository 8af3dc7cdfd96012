"""What the documents show is true: code is an excerpt of a file, links lead somewhere, and tables of
settings name the fields that there are.

A block of code in C++ or INI stands behind a line `<!-- from FILE -->` and is a run of lines
of that file, indented less or not at all. Where a row quotes the name of a test, "NAME" in FILE, that
test case is there; several names may stand before one file. A table stands behind `<!-- fields of STRUCT in HEADER -->`,
where STRUCT may be `A::B`, and has a row for each field, with its default. A table behind
`<!-- from HEADER -->` is the one in that header's comments.
"""

import re

import house

SHOWN = re.compile(r"(?:<!-- from (\S+) -->\n+)?```(cpp|ini)\n(.*?)```", re.S)
COPY = re.compile(r"<!-- from (\S+) -->\n+((?:\|.*\n)+)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
TABLE = re.compile(r"<!-- fields of (\S+) in (\S+) -->\n+((?:\|.*\n)+)")
ROW = re.compile(r"^\| `(\w+)` \|([^|]*)\|", re.M)
FIELD = re.compile(r"^\s*(?!using|static|return)[\w:<>*, ]+ (\w+)(?: = ([^;]*)|\{\})?;", re.M)
PROOF = re.compile(r'((?:"(?:[^"\\\\]|\\\\.)+",? (?:and )?)+)in `?([\w/.-]+\.(?:cpp|py))`?')
UNITS = {"milliseconds": "ms", "seconds": "s", "minutes": "min", "hours": "h"}


def stripped(lines):
    """The lines without the indentation that all of them have."""
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    cut = min(indents, default=0)
    return [line[cut:].rstrip() for line in lines]


def is_excerpt(shown, text):
    lines, wanted = text.splitlines(), stripped(shown.splitlines())
    return any(
        stripped(lines[at : at + len(wanted)]) == wanted
        for at in range(len(lines) - len(wanted) + 1)
    )


def code_rules(root, place, text):
    for source, language, shown in SHOWN.findall(text):
        what = f"{place}: the {language} block that begins {shown.splitlines()[0]!r}"
        if not source:
            yield f"{what} does not say which file it is from"
        elif not (root / source).is_file():
            yield f"{what}: there is no file {source}"
        elif not is_excerpt(shown, (root / source).read_text()):
            yield f"{what} is not what {source} has"


def body_of(struct, text):
    """What stands between the braces of a struct, functions left out."""
    for name in struct.split("::"):
        found = re.search(rf"\b(?:struct|class)(?: EDDY_EXPORT)? {name}\b[^;{{]*\{{(.*)", text, re.S)
        if not found:
            return None
        text = found[1]
        depth = 1
        for at, char in enumerate(text):
            depth += (char == "{") - (char == "}")
            if depth == 0:
                text = text[:at]
                break
    return text


def readable(value):
    """A default as people write it: `std::chrono::seconds(5)` is `5 s`, `10'000` is `10,000`."""
    value = re.sub(r"^std::chrono::(\w+)\((\d+)\)$", lambda m: f"{m[2]} {UNITS[m[1]]}", value.strip())
    value = value.replace("Duration::zero()", "0").replace("'", ",")
    return re.sub(r"^(?:\w+::)*(\w+)$|^\{\}$", r"\1", value)


def table_rules(root, place, text):
    for struct, header, table in TABLE.findall(text):
        path = root / header
        body = body_of(struct, house.without_comments(path.read_text())) if path.is_file() else None
        if body is None:
            yield f"{place}: there is no {struct} in {header}"
            continue
        there = {name: readable(value) for name, value in FIELD.findall(body)}
        told = dict(ROW.findall(table))
        for name in there.keys() ^ told.keys():
            yield f"{place}: {struct}::{name} is only in the {'header' if name in there else 'table'}"
        for name in there.keys() & told.keys():
            if there[name] and f"`{there[name]}`" not in told[name]:
                yield f"{place}: the default of {struct}::{name} is {there[name]}, not{told[name]}"


def cells_of(row):
    return [cell.strip() for cell in row.strip().strip("/ ").strip("|").split("|")]


def copy_rules(root, place, text):
    for source, table in COPY.findall(text):
        there = (root / source).read_text() if (root / source).is_file() else ""
        rows = [cells_of(line) for line in there.splitlines() if line.startswith("// |")]
        if [r for r in rows if "---" not in r[0]] != [
            r for r in map(cells_of, table.splitlines()) if "---" not in r[0]
        ]:
            yield f"{place}: the table is not that of {source}"


def link_rules(root, path, text):
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
    for target in LINK.findall(prose):
        if "://" not in target and not (path.parent / target).exists():
            yield f"{path.relative_to(root)}: the link to {target} leads nowhere"


def names_of_tests(text):
    """The names of the test cases of a file; a name may go on in a string on the next line."""
    joined = re.sub(r'"\s*\n\s*"', "", text)
    return set(re.findall(r'TEST_CASE\w*\(\s*"((?:[^"\\\\]|\\\\.)*)"', joined))


def proof_rules(root, path, text):
    for quoted, source in PROOF.findall(text):
        place, file = path.relative_to(root), root / "tests" / source
        if not file.is_file():
            yield f"{place}: there is no file tests/{source}"
            continue
        there = names_of_tests(file.read_text())
        for name in re.findall(r'"((?:[^"\\\\]|\\\\.)+)"', quoted):
            if name not in there and source.endswith(".cpp"):
                yield f"{place}: there is no test {name!r} in {source}"


def check(root):
    folders = ("examples", "services", "tests")
    documents = [*sorted(root.glob("*.md")), *house.files(root, *folders, suffixes=".md")]
    complaints = []
    for path in documents:
        place, text = path.relative_to(root).as_posix(), path.read_text()
        complaints += code_rules(root, place, text)
        complaints += table_rules(root, place, text)
        complaints += copy_rules(root, place, text)
        complaints += link_rules(root, path, text)
        complaints += proof_rules(root, path, text)
    return complaints


def planted():
    program = "int main() {\n  f();\n  g();\n}\n"
    header = "struct A {\n  struct B {\n    Required<int> x;  // x\n    int y = 2;\n    Duration t = std::chrono::seconds(5);\n    void f();\n  };\n};\n"
    table = "<!-- fields of A::B in a.hpp -->\n| field | default |\n| --- | --- |\n"

    def proved(row):
        cases = 'TEST_CASE("a holds") {}\nTEST_CASE_TEMPLATE(\n    "b holds, "\n    "always", X) {}\n'
        return {"tests/a_test.cpp": cases, "tests/README.md": f"| rule | {row} |\n"}

    rows = "| `x` | required |\n| `y` | `2` |\n"

    def shown(code, mark="<!-- from a.cpp -->\n"):
        return {"a.cpp": program, "README.md": f"{mark}```cpp\n{code}```\n"}

    def copied(rows):
        comment = "// | code | when |\n// |------|------|\n// |    1 | one  |\n"
        table = "| code | when |\n| --- | --- |\n" + rows
        return {"a.hpp": comment, "README.md": "<!-- from a.hpp -->\n" + table}

    def told(rows):
        return {"a.hpp": header, "services/README.md": table + rows}

    return [
        (shown("f();\ng();\n"), None),
        (shown("g();\nf();\n"), "is not what a.cpp has"),
        (shown("  f();\n    g();\n"), "is not what a.cpp has"),
        (shown("f();\n", ""), "does not say which file"),
        (shown("f();\n", "<!-- from b.cpp -->\n"), "there is no file b.cpp"),
        (told(rows + "| `t` | `5 s` |\n"), None),
        (told(rows + "| `t` | `6 s` |\n"), "the default of A::B::t is 5 s"),
        (told(rows), "A::B::t is only in the header"),
        (told(rows + "| `z` | |\n"), "A::B::z is only in the table"),
        (copied("| 1 | one |\n"), None),
        (copied("| 1 | two |\n"), "the table is not that of a.hpp"),
        (copied(""), "the table is not that of a.hpp"),
        ({"README.md": "<!-- fields of C in a.hpp -->\n| `x` | 1 |\n"}, "there is no C"),
        ({"README.md": "```sh\n[](a b.md)\n```\n`[](b.md)`[a](README.md#b)"}, None),
        (proved('"a holds", "b holds, always" in a_test.cpp'), None),
        (proved('"c holds" in `a_test.cpp`'), "there is no test 'c holds'"),
        (proved('"a holds", "c holds" in a_test.cpp'), "there is no test 'c holds'"),
        (proved('"a holds" in b_test.cpp'), "there is no file tests/b_test.cpp"),
        ({"examples/README.md": "[a](../b.md)"}, "the link to ../b.md leads nowhere"),
    ]


if __name__ == "__main__":
    house.main(check, planted)
