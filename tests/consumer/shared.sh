#!/usr/bin/env bash
# The shared library, staged as a distribution's package does it, from the build under test.
source "${BASH_SOURCE[0]%/*}/lib.sh"

quietly meson install -C "$build_root" --no-rebuild --destdir "$work/stage"
prefix=$(dirname "$(dirname "$(find "$work/stage" -type d -path '*/include/eddy')")")
libdir=$(dirname "$(find "$prefix" -name libeddy.so)")
sed -i "s|^prefix=.*|prefix=$prefix|" "$libdir"/pkgconfig/*.pc
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir
has_all_headers "$prefix"

foreign=$(find "$work/stage" -type f ! -path '*/eddy/*' ! -name 'libeddy*' ! -name 'eddy*.pc')
[[ -z $foreign ]] || fail "this should not be installed: $foreign"
! pkg-config --cflags --libs eddy | grep -E 'llhttp|uv' || fail "a third party shows in eddy.pc"

plain_host
[[ $(ldd "$work/app") == *"$libdir/libeddy.so.0"* ]] || fail "the program does not use libeddy.so"

build_host meson "$host"
says_it_works "$work/meson/app"
says_it_works "$work/meson/server"

older=$(g++ -std=c++17 -Wfatal-errors -c "$host/app.cpp" -o "$work/older" $(pkg-config --cflags eddy) 2>&1) &&
  fail "C++17 should not do"
[[ $older == *-std=c++20* ]] || fail "C++17 is not told the flag to give: $older"
