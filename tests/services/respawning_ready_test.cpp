// SPDX-License-Identifier: MIT
//
// A program that is up when it says so, or does not come to that.
#include <eddy/services/respawning_process.hpp>

#include <chrono>
#include <string>
#include <utility>

#include "kept_process.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Not ready yet, and takes its time when it is asked to end.
RespawningProcess::Config booting() {
  auto config =
      keeping("trap 'echo tidy; exit 0' TERM; echo booting; while :; do sleep 0.01; done");
  config.ready_line = "ready";
  return config;
}

}  // namespace

TEST_CASE("the service is up when the program has written its ready line") {
  auto config = keeping("echo booting; read line < /dev/null; echo ready >&2; exec sleep 60");
  config.ready_line = "ready";
  Kept k(config);
  Future<void> up = k.supervisor.start();
  CHECK_FALSE(up.ready());

  CHECK(k.t.get(std::move(up)));

  CHECK(k.service->statistic().lines.value() == 2);
}

TEST_CASE("a program that ends before it is ready is a failed start, and nobody waits") {  // 4.7
  auto config = keeping("echo booting; exit 4");
  config.ready_line = "ready";
  Kept k(config);

  const Result<void> started = k.start();

  CHECK(started.error().message().find("before it was ready: /bin/sh exited with 4") !=
        std::string::npos);
}

TEST_CASE("a program that is not ready yet is stopped by its signal, too, and waited for") {
  Kept k(booting());
  Future<void> up = k.supervisor.start();
  CHECK_FALSE(k.t.poll(up));
  k.until_lines(1);

  CHECK(k.t.get(k.supervisor.stop()));

  CHECK_FALSE(k.t.get(std::move(up)));
  k.log.expect(log::Level::info, "a child wrote", {{"line", "tidy"}});
  k.log.expect(log::Level::info, "child ended", {{"how", "exited with 0"}});
}

TEST_CASE("a program that is not ready in time is stopped by its signal, and killed in the end") {
  auto config = keeping("trap '' TERM; echo booting; while :; do sleep 0.01; done");
  config.ready_line = "ready";
  config.stop_grace = 2s;
  Kept k(config);
  k.service.start_limit(30s);
  Future<void> up = k.supervisor.start();
  CHECK_FALSE(k.t.poll(up));
  k.until_lines(1);

  k.t.advance(30s);
  k.t.advance(1999ms);
  CHECK_FALSE(k.t.poll(up));
  k.t.advance(1ms);

  CHECK(k.t.get(std::move(up)).error() == Errc::timed_out);
  k.log.expect(log::Level::info, "child ended", {{"how", "killed by SIGKILL"}});
}
