"""Each third party is seen by the layers that own it, and by no public header."""

import house

# header prefix -> the places that may include it
OWNERS = {
    "uv.h": ("lib/core/", "lib/io/"),
    "uv/": ("lib/core/", "lib/io/"),
    "openssl/": ("lib/io/tls_",),
    "llhttp": ("lib/codec/",),
    "zlib.h": ("lib/codec/gzip.cpp",),
    "bzlib.h": ("lib/codec/bzip2.cpp",),
    "lzma.h": ("lib/codec/xz.cpp",),
    "zstd": ("lib/codec/zstd.cpp",),
    "ares": ("lib/io/cares_",),
}
# Costly to compile: never in a header that users include.
HEAVY = ("iostream", "regex", "nlohmann/json.hpp", "sys/socket.h", "netinet/in.h")


def check(root):
    complaints = []
    for path in house.files(root, "include", "lib", "services"):
        place = path.relative_to(root).as_posix()
        for number, name, _ in house.includes(path):
            for prefix, owners in OWNERS.items():
                if name.startswith(prefix) and not place.startswith(owners):
                    complaints.append(f"{place}:{number}: {name} belongs to {' and '.join(owners)}")
            if place.startswith("include/") and name in HEAVY:
                complaints.append(f"{place}:{number}: {name} is too heavy for a public header")
    return complaints


def planted():
    def one(path, header):
        return {path: f"#include <{header}>\n"}

    return [
        (one("lib/core/a.cpp", "uv.h"), None),
        (one("lib/io/tls_a.cpp", "openssl/ssl.h"), None),
        (one("lib/codec/a.cpp", "llhttp.h"), None),
        (one("include/eddy/core/a.hpp", "uv.h"), "uv.h belongs to"),
        (one("include/eddy/io/a.hpp", "uv/unix.h"), "uv/unix.h belongs to"),
        (one("include/eddy/codec/a.hpp", "llhttp.h"), "llhttp.h belongs to"),
        (one("include/eddy/io/tls.hpp", "openssl/ssl.h"), "openssl/ssl.h belongs to"),
        (one("lib/io/cares_a.cpp", "ares.h"), None),
        (one("lib/net/a.cpp", "uv.h"), "uv.h belongs to"),
        (one("lib/io/resolver.cpp", "ares.h"), "ares.h belongs to"),
        (one("lib/io/tcp.cpp", "openssl/err.h"), "openssl/err.h belongs to"),
        (one("services/http/a.cpp", "llhttp.h"), "llhttp.h belongs to"),
        (one("lib/codec/gzip.cpp", "zlib.h"), None),
        (one("lib/io/a.cpp", "zlib.h"), "zlib.h belongs to"),
        (one("include/eddy/base/a.hpp", "iostream"), "too heavy"),
    ]


if __name__ == "__main__":
    house.main(check, planted)
