# Sourced by the packaging tests: `SCRIPT SOURCE_ROOT BUILD_ROOT`. Each works in a folder of its own,
# which goes when the script ends.

set -euo pipefail
source_root=$1
build_root=$2
host=$source_root/tests/consumer/host
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'echo "failed at $0:$LINENO: $BASH_COMMAND" >&2' ERR

warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
without_extras=(-Dtests=disabled -Dexamples=disabled -Dbenchmarks=disabled)

fail() {
  echo "$*" >&2
  exit 1
}

# Runs a command, its output kept in $work/log and shown only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 </dev/null && return
  cat "$work/log" >&2
  fail "failed: $*"
}

# Builds the host project in $work/$1 with the other arguments for meson, warns about warnings, and
# runs its tests.
build_host() {
  local dir=$work/$1
  shift
  quietly meson setup "$dir" "$@"
  quietly ninja -C "$dir"
  ! grep -n 'warning:' "$work/log" || fail "the build of the host has warnings"
  quietly meson test -C "$dir" --no-rebuild
}

# Compiles the host's programs with the compiler alone, as `plain_host [PKG-CONFIG OPTION...]`, and
# runs them.
plain_host() {
  plain_program app "$@" eddy
  plain_program server "$@" eddy-services
  plain_program fixture_test "$@" eddy-testing
  says_it_works "$work/app"
  says_it_works "$work/server"
  quietly "$work/fixture_test"
}

# plain_program NAME [PKG-CONFIG OPTION...] PACKAGE
plain_program() {
  local name=$1
  shift
  local flags
  read -r -a flags <<<"$(pkg-config --cflags --libs "$@")"
  quietly g++ -std=c++20 "${warnings[@]}" "$host/$name.cpp" -o "$work/$name" "${flags[@]}"
}

# Fails unless the program "$1" says that it works.
says_it_works() {
  [[ $("$1") == 'the consumer works' ]] || fail "$1 does not work"
}

# Fails unless "$1/include/eddy" is what the source tree has.
has_all_headers() {
  quietly diff -r "$source_root/include/eddy" "$1/include/eddy"
}
