#!/usr/bin/env bash
# eddy as a folder in the subprojects/ of a user's project.
source "${BASH_SOURCE[0]%/*}/lib.sh"

cp -r "$host" "$work/host"
mkdir "$work/host/subprojects/eddy"
for part in meson.build meson_options.txt include lib services subprojects tests; do
  cp -r "$source_root/$part" "$work/host/subprojects/eddy/"
done
[[ ! -e $source_root/examples ]] || cp -r "$source_root/examples" "$work/host/subprojects/eddy/"

build_host guest "$work/host" -Ddefault_library=static -Doptimization=0 -Ddebug=false
says_it_works "$work/guest/app"
says_it_works "$work/guest/server"

names() { meson introspect "--$1" "$work/guest" | tr ',' '\n' | sed -n 's/.*"name": "\(.*\)"/\1/p' | sort; }

programs='app|server|fixture_test'
unwanted=$(names targets | grep -v -x -E "$programs|llhttp|eddy(-.*)?" || true)
[[ -z $unwanted ]] || fail "a guest should not build: $unwanted"
[[ $(names targets) == *eddy-services* ]] || fail "the guest is not built at all"
[[ $(names tests | paste -sd ' ') == 'app fixture_test server' ]] ||
  fail "a guest should not bring tests: $(names tests)"

quietly meson install -C "$work/guest" --no-rebuild --destdir "$work/stage"
installed=$(find "$work/stage" -type f 2>/dev/null || true)
[[ -z $installed ]] || fail "a static guest should not install: $installed"
