# Sourced by the commands in tools/: finds out which Debian packages are missing, and installs them.

packages_build=(g++ meson ninja-build pkgconf libuv1-dev libssl-dev node-llhttp)
packages_optional=(libc-ares-dev zlib1g-dev libbz2-dev liblzma-dev libzstd-dev)
packages_test=("${packages_optional[@]}" bzip2 xz-utils zstd
  doctest-dev nlohmann-json3-dev clang clang-format clang-tidy libclang-rt-dev valgrind curl openssl)

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Prints those of the packages in "$@" that are not installed.
missing_packages() {
  local installed
  installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true) "
  local package
  for package; do
    [[ $installed == *" installed:$package "* ]] || printf '%s\n' "$package"
  done
}

# Sees to it that every package in "$@" is installed, or leaves the program with status 1.
# Does nothing, and says nothing, where all are there. Elsewhere than on Debian and its children the
# build itself tells what it misses.
require_packages() {
  command -v dpkg-query >/dev/null || return 0
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  local install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if [[ $(id -u) != 0 ]]; then
    say "some packages are missing; to install them, run"
    printf 'sudo %s\n' "${install[*]}" >&2
    exit 1
  fi
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! apt_quietly update >"$log" 2>&1; then
    say "apt-get update had trouble; going on with the package lists that are there"
  fi
  if ! apt_quietly "${install[@]:1}" >>"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    say "could not install them (see above); the command was: ${install[*]}"
    exit 1
  fi
  rm -f "$log"
}

apt_quietly() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Configures "$1" with the other arguments as Meson options, unless it is already configured so.
# The environment's CC and CXX are part of the choice. Output goes to "$1.log".
configure_once() {
  local dir=$1
  shift
  local wanted="CC=${CC:-} CXX=${CXX:-} $*"
  [[ -f $dir/build.ninja && $(cat "$dir.options" 2>/dev/null) == "$wanted" ]] && return 0
  rm -rf "$dir" "$dir.options"
  mkdir -p "${dir%/*}"
  meson setup "$dir" "$@" >"$dir.log" 2>&1 </dev/null || return 1
  printf '%s' "$wanted" >"$dir.options"
}
