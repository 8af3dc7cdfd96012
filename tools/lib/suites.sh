# Sourced by tools/test: one function a suite, and the book-keeping. $suite is the one that runs.
#
# $totals_file has a line for each program that ran: suite, name, passed, failed, skipped.

totals_file=build/test.totals
jobs=$(nproc)

header() { printf '\n== %s ==\n' "$*"; }

sum_totals() {
  awk -v suite="$1" '$1 == suite || suite == "." { passed += $3; failed += $4; skipped += $5 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$totals_file"
}

list_failures() { awk '$4 > 0 { printf "failed: %s %s (%d)\n", $1, $2, $4 }' "$totals_file"; }

# Nothing failed, and something ran.
all_passed() { awk '{ failed += $4; ran += $3 } END { exit failed > 0 || ran == 0 }' "$totals_file"; }

passed() { printf '%s %s 1 0 0\n' "$suite" "$1" >>"$totals_file"; }
failed() { printf '%s %s 0 1 0\n' "$suite" "$1" >>"$totals_file"; }

# Uses ccache where it is installed. Meson would too, but not with a compiler named by us.
use_compiler() {
  local cache=
  ! command -v ccache >/dev/null || cache='ccache '
  export CC="$cache$1" CXX="$cache$2"
}

build_targets=()  # empty: all

# Configures and builds build/$1; what fails is shown and counted.
build_in() {
  local dir=build/$1
  shift
  if ! configure_once "$dir" . "$@"; then
    cat "$dir.log"
    failed configure
    return 1
  fi
  if ! ninja -C "$dir" -j "$jobs" -k 20 "${build_targets[@]}" >"$dir.log" 2>&1; then
    grep -v -E '^\[[0-9]+/[0-9]+\] ' "$dir.log" | head -n 200
    failed build
    return 1
  fi
  passed build
}

# Runs the tests of build/$1 with the other arguments for `meson test`, and counts them.
# Where the kernel scatters addresses wider than Clang 14's sanitizers expect they end at start, so
# addresses are not scattered where that can be had.
run_in() {
  local dir=build/$1
  shift
  local steady=()
  ! setarch --addr-no-randomize true 2>/dev/null || steady=(setarch --addr-no-randomize)
  rm -f "$dir"/meson-logs/testlog.json
  "${steady[@]}" meson test -C "$dir" --no-rebuild --print-errorlogs --num-processes "$jobs" "$@" </dev/null 2>&1 |
    grep -v -E '^(ninja: |Full log written|$)'
  /usr/bin/python3 tools/lib/totals.py "$suite" "$dir/meson-logs/testlog.json" >>"$totals_file" ||
    failed run
}

suite_quick() { build_gcc && run_in gcc --no-suite tidy --no-suite packaging --no-suite slow; }
suite_gcc() { build_gcc && run_in gcc --no-suite tidy; }

build_gcc() {
  use_compiler gcc g++
  build_in gcc -Dbuildtype=plain -Doptimization=2 -Dcpp_args=-g1 -Dwerror=true -Dtests=enabled
}

suite_clang() {
  use_compiler clang clang++
  build_in clang -Dbuildtype=debugoptimized -Dwerror=true -Dtests=enabled
}

# Clang's own warnings at -O2 are among what clang-tidy reports, so that nothing needs to be built.
suite_tidy() {
  use_compiler clang clang++
  configure_once build/clang . -Dbuildtype=debugoptimized -Dwerror=true -Dtests=enabled
  ninja -C build/clang build.ninja >/dev/null  # if the list of sources has changed since
  run_in clang --suite tidy
}

# Without optimisation, which takes a third of the time to compile. The fuzz targets share the build
# and optimise themselves.
build_asan() {
  use_compiler clang clang++
  build_in asan -Dbuildtype=plain -Doptimization=0 -Ddebug=true -Dwerror=true -Dtests=enabled \
    -Dbenchmarks=disabled -Dfuzzing=enabled -Db_sanitize=address,undefined -Db_lundef=false
}

run_asan() {
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    run_in asan "$@"
}

suite_asan() {
  build_asan &&
    run_asan --no-suite tidy --no-suite house --no-suite packaging --no-suite fuzz \
      --timeout-multiplier 4
}

suite_fuzz() {
  build_asan || return
  run_asan --suite fuzz
  local program
  for program in build/asan/tests/fuzz/fuzz-*; do
    [[ ! -f $program || ! -x $program ]] || fuzz_shortly "$program"
  done
}

# Looks for something new, from the seed corpus on; what it finds stays in build/fuzz/.
fuzz_shortly() {
  local name=${1##*/fuzz-}
  local found=build/fuzz/$name
  mkdir -p "$found"
  if "$1" -runs=200000 -max_total_time=20 -artifact_prefix="$found/" "$found" \
    "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1 </dev/null; then
    passed "$name"
    printf 'fuzz %s: %s\n' "$name" "$(tail -n 1 "build/fuzz/$name.log")"
  else
    failed "$name"
    tail -n 60 "build/fuzz/$name.log"
  fi
}

# The parts that cross threads: the log, statistics and errors of base, the ways into a loop, lookups
# of names, children, files, streams that have threads, contexts of TLS, the services on top of these,
# and the Supervisor with its signals and its watchdog.
tsan_programs=(base core-threads io-codec io-file io-pipe io-process io-resolve io-tls kit
  services-clients services-process services-tls)
suite_tsan() {
  local crossing='*base/error_test*,*base/log*,*base/statistic*,*tests/core/*'
  crossing+=',*process_test*,*run_test*'
  crossing+=',*system_backend_test*,*io/resolver_*,*io/cares_*,*io/process_*,*io/tls_threads_test*'
  crossing+=',*borrow_stream_test*,*pipe_deaths_test*,*tty_test*,*io/file_*,*io/fs_*,*io/compressed_*'
  crossing+=',*io/cached_file_test*,*services/tls_*,*services/robust_*,*services/respawning_*'
  use_compiler clang clang++
  build_targets=("${tsan_programs[@]/%/-tests}")
  build_targets=("${build_targets[@]/#/tests/}")
  build_in tsan -Dbuildtype=plain -Doptimization=0 -Ddebug=true -Dtests=enabled \
    -Dexamples=disabled -Dbenchmarks=disabled -Db_sanitize=thread -Db_lundef=false &&
    TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 \
      run_in tsan --suite unit --timeout-multiplier 6 --test-args="--source-file=$crossing" \
      "${tsan_programs[@]}"
  build_targets=()
}
