#!/usr/bin/env bash
# The static library, installed to a prefix of its own.
source "${BASH_SOURCE[0]%/*}/lib.sh"

prefix=$work/prefix
quietly meson setup "$work/build" "$source_root" --prefix="$prefix" --libdir=lib \
  -Ddefault_library=static -Doptimization=0 -Ddebug=false "${without_extras[@]}"
quietly meson install -C "$work/build"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
has_all_headers "$prefix"
[[ ! -e $prefix/lib/libeddy.so ]] || fail "there should be no shared library"

plain_host --static
! ldd "$work/server" | grep -E 'libeddy' || fail "the program needs a shared library of eddy"

build_host meson "$host" -Dprefer_static=true
says_it_works "$work/meson/app"
says_it_works "$work/meson/server"
