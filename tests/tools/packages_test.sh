#!/usr/bin/env bash
# tools/lib/packages.sh, with a dpkg-query, an apt-get and an id that only play.
set -euo pipefail
source_root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"

fail() {
  echo "$*" >&2
  exit 1
}

play() {
  printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# Asks for two packages; says what was printed and what became of it.
ask() {
  : >"$work/apt.calls"
  local status=0
  said=$(PATH="$work/bin:$PATH" bash -c "
    set -euo pipefail
    source '$source_root/tools/lib/packages.sh'
    require_packages alpha beta
    echo 'goes on'" 2>&1) || status=$?
  said+=" [$status]"
}

play dpkg-query 'echo -n "installed:alpha installed:beta "'
play apt-get "echo \"\$*\" >>'$work/apt.calls'"
play id 'echo 0'
ask
[[ $said == 'goes on [0]' ]] || fail "it is not quiet when nothing is missing: $said"
[[ ! -s $work/apt.calls ]] || fail "it calls apt-get when nothing is missing"

play dpkg-query 'echo -n "installed:alpha config-files:beta "; exit 1'
ask
[[ $said == *'installing beta'*'goes on [0]' ]] || fail "it does not say what it installs: $said"
grep -q 'install -y --no-install-recommends beta$' "$work/apt.calls" || fail "it does not install beta"

play dpkg-query 'exit 1'
ask
grep -q 'recommends alpha beta$' "$work/apt.calls" || fail "on a bare system it misses packages"

play apt-get 'echo "no such package"; exit 100'
ask
[[ $said == *'no such package'*'could not install'*'[1]' ]] || fail "a failed install passes: $said"

play id 'echo 1000'
play apt-get "echo \"\$*\" >>'$work/apt.calls'"
ask
[[ $said == *$'\nsudo apt-get install -y --no-install-recommends alpha beta [1]' ]] ||
  fail "without root it does not print the line to run: $said"
[[ ! -s $work/apt.calls ]] || fail "it calls apt-get without root"
