#!/usr/bin/env bash
# tools/serve from a fresh tree: builds, becomes the server, and the next time only becomes it.
set -euo pipefail
source_root=$1
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() {
  echo "$*" >&2
  cat "$work"/err "$work"/log >&2 2>/dev/null || true
  exit 1
}

for part in meson.build meson_options.txt include lib services subprojects examples tools; do
  cp -r "$source_root/$part" "$work/"
done
cd /

"$work/tools/serve" --version >"$work/version" 2>"$work/err" || fail "the first start failed"
grep -q 'building the server' "$work/err" || fail "the first start does not say that it builds"
"$work/tools/serve" --version >"$work/version" 2>"$work/err" || fail "the second start failed"
[[ ! -s $work/err ]] || fail "the second start is not quiet"
"$work/tools/serve" --no-such-option >"$work/log" 2>"$work/err" && fail "a wrong option passes"
[[ $? == 2 ]] || fail "a wrong option does not end with status 2"

set -m  # else the shell starts it with SIGINT ignored
"$work/tools/serve" --http 127.0.0.1:0 --tcp 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
address=
for _ in {1..300}; do
  address=$(sed -n 's/^ready: http on \([^,]*\), .*/\1/p' "$work/log")
  [[ -z $address ]] && kill -0 "$server" || break
  sleep 0.1
done
[[ -n $address ]] || fail "the server does not tell its address"
[[ $(readlink "/proc/$server/exe") == */sample_server ]] || fail "tools/serve is not replaced"
[[ $(curl -fsS -m 10 "http://$address/") == 'hello, world' ]] || fail "the server does not answer"
kill -INT "$server"
wait "$server" || fail "the server does not end well: status $?"
server=
