"""A file includes only from its own layer and from those below it."""

import re

import house

ALL = ["base", "core", "io", "codec", "policy", "net", "kit"]
BELOW = {
    "base": [],
    "core": ["base"],
    "io": ["base", "core", "codec"],
    "codec": ["base"],
    "policy": ["base", "core"],
    "net": ["base", "core", "io", "codec"],
    "kit": ["base", "core", "io", "codec", "policy", "net"],
    "testing": ALL,
    "services": ALL,
}
# Umbrellas for users: nothing of ours includes them, and they may include everything.
UMBRELLAS = ["eddy.hpp"]
# For users alone: nothing of ours includes it, so that nobody pays for coroutines without using them.
OPTIONAL = "eddy/core/coro.hpp"
PARTS_OF_OPTIONAL = "eddy/core/detail/coro_"


def layer_of(root, path):
    parts = path.relative_to(root).parts
    if parts[:2] == ("include", "eddy"):
        return parts[2] if len(parts) > 3 else "umbrella"
    return "services" if parts[0] == "services" else parts[1]


def target_of(name, quoted, path, root):
    """The layer that an include names, or None where it is not one of ours."""
    parts = name.split("/")
    if parts[0] == "eddy":
        return parts[1] if len(parts) > 2 else "umbrella"
    if quoted and (path.parent / name).exists():
        return layer_of(root, (path.parent / name).resolve())
    if len(parts) > 1 and parts[0] in BELOW and (root / "lib" / name).exists():
        return parts[0]
    return None  # <net/if.h> is the system's


def service_of(root, path):
    """The service a file belongs to. The public header of service x may have parts x_*.hpp."""
    parts = path.relative_to(root).parts
    return parts[1] if parts[0] == "services" else None


def needs(root, service):
    build = root / "services" / service / "meson.build"
    text = build.read_text() if build.exists() else ""
    match = re.search(rf"^{service}_needs = \[(.*?)\]", text, re.M | re.S)
    return re.findall(r"'([^']+)'", match[1]) if match else []


def foreign_services(root, path):
    """Includes of another service's public header which the service's meson.build does not name."""
    own = service_of(root, path)
    if own is None:
        return
    others = [d.name for d in (root / "services").iterdir() if d.is_dir() and d.name != own]
    for number, name, _ in house.includes(path):
        stem = re.sub(r"^eddy/services/|\.hpp$", "", name)
        for other in others:
            named = stem == other or stem.startswith(other + "_")
            if name.startswith("eddy/services/") and named and other not in needs(root, own):
                yield f"{path.relative_to(root)}:{number}: {own} does not name {other} in its meson.build"


def optional_includes(root, path):
    """Includes of the optional header, of its parts, or of what only these are to need."""
    inside = path.relative_to(root).as_posix().removeprefix("include/")
    if inside == OPTIONAL or inside.startswith(PARTS_OF_OPTIONAL):
        return
    for number, name, _ in house.includes(path):
        if name in (OPTIONAL, "coroutine") or name.startswith(PARTS_OF_OPTIONAL):
            yield f"{path.relative_to(root)}:{number}: nothing includes {OPTIONAL} ({name})"


def check(root):
    complaints = []
    for path in house.files(root, "include", "lib", "services"):
        place = path.relative_to(root)
        complaints += optional_includes(root, path)
        layer = layer_of(root, path)
        if layer == "umbrella":
            if path.name not in UMBRELLAS:
                complaints.append(f"{place}: a header belongs to a layer")
            continue
        if layer not in BELOW:
            complaints.append(f"{place}: \"{layer}\" is not a layer")
            continue
        for number, name, quoted in house.includes(path):
            target = target_of(name, quoted, path, root)
            if target is not None and target != layer and target not in BELOW[layer]:
                complaints.append(f"{place}:{number}: {layer} must not include {target} ({name})")
        complaints += foreign_services(root, path)
    return complaints


def planted():
    def one(path, line):
        return {path: f"#pragma once\n{line}\n"}

    return [
        (one("lib/core/a.cpp", "#include <eddy/base/error.hpp>"), None),
        (one("lib/net/a.cpp", "#include <eddy/codec/http.hpp>"), None),
        (one("include/eddy/eddy.hpp", "#include <eddy/kit/service.hpp>"), None),
        (one("lib/base/a.cpp", "#include <eddy/core/loop.hpp>"), "base must not include core"),
        (one("include/eddy/base/a.hpp", "#  include <eddy/io/tcp.hpp>"), "base must not include io"),
        (one("lib/codec/a.cpp", "#include <eddy/core/loop.hpp>"), "codec must not include core"),
        (one("lib/io/a.cpp", "#include <eddy/net/http.hpp>"), "io must not include net"),
        (one("lib/net/a.cpp", "#include <eddy/kit/service.hpp>"), "net must not include kit"),
        (one("lib/core/a.cpp", "#include <eddy/eddy.hpp>"), "core must not include umbrella"),
        (one("lib/core/a.cpp", "#include <net/if.h>"), None),
        (
            {"lib/net/b.hpp": "", "lib/core/a.cpp": "#include <net/b.hpp>\n"},
            "core must not include net",
        ),
        (
            {"lib/io/b.hpp": "", "lib/core/a.cpp": '#include "../io/b.hpp"\n'},
            "core must not include io",
        ),
        (one("lib/kit/a.cpp", "#include <eddy/services/tcp.hpp>"), "kit must not include services"),
        (one("lib/misc/a.cpp", ""), '"misc" is not a layer'),
        (one("include/eddy/stray.hpp", ""), "a header belongs to a layer"),
        (one("include/eddy/core/coro.hpp", "#include <eddy/core/detail/coro_node.hpp>"), None),
        (one("include/eddy/core/detail/coro_node.hpp", "#include <coroutine>"), None),
        (one("include/eddy/eddy.hpp", "#include <eddy/core/coro.hpp>"), "nothing includes"),
        (one("lib/kit/a.cpp", "#include <eddy/core/detail/coro_node.hpp>"), "nothing includes"),
        (one("include/eddy/core/future.hpp", "#include <coroutine>"), "nothing includes"),
        (
            {
                "services/http/a.cpp": "#include <eddy/services/tcp_server.hpp>\n",
                "services/tcp/a.cpp": "",
            },
            "http does not name tcp",
        ),
        (
            {
                "services/http/a.cpp": "#include <eddy/services/tcp_server.hpp>\n",
                "services/http/meson.build": "http_needs = ['tcp']\n",
                "services/tcp/a.cpp": "",
            },
            None,
        ),
    ]


if __name__ == "__main__":
    house.main(check, planted)
