// SPDX-License-Identifier: MIT
#include <eddy/services/respawning_process.hpp>

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "kept_process.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a program is started with the service and ended with it") {
  Kept k(keeping("echo up; exec sleep 60"));

  CHECK(k.start());
  CHECK(k.service->state() == RespawnState::running);
  CHECK(k.service->pid() > 0);
  CHECK(k.service->statistic().running.value() == 1);
  k.until_lines(1);

  CHECK(k.t.get(k.supervisor.stop()));
  k.log.expect(log::Level::info, "child started", {{"service", "kept"}, {"program", "/bin/sh"}});
  k.log.expect(log::Level::info, "a child wrote", {{"stream", "output"}, {"line", "up"}});
  k.log.expect(log::Level::info, "child ended", {{"how", "killed by SIGTERM"}});
}

TEST_CASE("a program that ends is started again after a delay, and has another number") {  // 4.7
  Kept k(keeping("read line; exit 3"));
  CHECK(k.start());
  k.until_ended(1);
  CHECK(k.service->state() == RespawnState::waiting);
  CHECK(k.service->last_exit() == ExitStatus{.code = 3});
  CHECK(k.service->pid() == 0);

  k.t.advance(999ms);
  CHECK(k.service->state() == RespawnState::waiting);
  CHECK(k.service->statistic().failed.value() == 1);
  k.t.advance(1ms);

  CHECK(k.service->statistic().started.value() == 2);
  k.log.expect(log::Level::warning, "child ended", {{"how", "exited with 3"}});
}

TEST_CASE("a program that ends at once, for ever, is started ever more rarely") {  // case 173
  Kept k(keeping("exit 1"));
  CHECK(k.start());
  k.until_ended(1);
  k.t.advance(1s);
  k.until_ended(2);
  k.t.advance(2s);
  k.until_ended(3);
  k.t.advance(3999ms);
  CHECK(k.service->state() == RespawnState::waiting);
  k.t.advance(1ms);
  k.until_ended(4);

  CHECK(k.service->statistic().started.value() == 4);
}

TEST_CASE("a program that was healthy for a minute is started again soon") {  // case 173
  Kept k(keeping("exec sleep 60"));
  CHECK(k.start());
  ::kill(k.service->pid(), SIGKILL);
  k.until_ended(1);
  k.t.advance(1s);
  ::kill(k.service->pid(), SIGKILL);
  k.until_ended(2);
  k.t.advance(2s);
  k.t.advance(60s);
  ::kill(k.service->pid(), SIGKILL);
  k.until_ended(3);

  k.t.advance(999ms);
  CHECK(k.service->state() == RespawnState::waiting);
  k.t.advance(1ms);
  CHECK(k.service->state() == RespawnState::running);
}

TEST_CASE("more than five ends in ten seconds are a failure of the service, logged once") {  // 174
  auto config = keeping("exit 1");
  config.respawn.first_delay = config.respawn.max_delay = 1s;
  Kept k(config);
  k.service.essential(false);
  CHECK(k.start());
  for (std::uint64_t i = 1; i <= 5; ++i) {
    k.until_ended(i);
    CHECK(k.service.state() == ServiceState::up);
    k.t.advance(1s);
  }

  k.until([&] { return k.service.state() == ServiceState::failed; });

  k.log.expect(log::Level::error,
               "a child ends again and again, and is not started any more",
               {{"service", "kept"}, {"ends", 6}});
  int times = 0;
  for (const LogLine& line : k.log.lines())
    times += line.message == "a child ends again and again, and is not started any more" ? 1 : 0;
  CHECK(times == 1);
}

TEST_CASE("a crash loop ends the program if the service is essential") {  // case 174
  auto config = keeping("exit 1");
  config.respawn.max_exits = 0;
  Kept k(config);
  CHECK(k.start());

  k.until([&] { return k.supervisor.exit_code().has_value(); });

  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("a signal that ended a program is told by name") {  // case 176
  Kept k(keeping("kill -SEGV $$"));
  CHECK(k.start());

  k.until_ended(1);

  CHECK(k.service->last_exit()->signal == SIGSEGV);
  CHECK(k.service->state() == RespawnState::waiting);
  k.log.expect(log::Level::warning, "child ended");
  CHECK(k.service->last_exit()->to_string().starts_with("killed by SIGSEGV"));
}

TEST_CASE("a program whose status somebody has stolen is started again all the same") {  // case 180
  Kept k(keeping("read line"));
  ::signal(SIGCHLD, SIG_IGN);
  CHECK(k.start());

  k.until_ended(1);
  ::signal(SIGCHLD, SIG_DFL);

  CHECK_FALSE(k.service->last_exit().has_value());
  CHECK(k.service->state() == RespawnState::waiting);
  k.log.expect(log::Level::warning, "child ended");
}

TEST_CASE("a program that does not exist is a failed start") {  // case 181
  Kept k({.command = Command{.argv = {"/no/such/program"}}});

  const Result<void> started = k.start();

  CHECK(started.error() == std::errc::no_such_file_or_directory);
}

TEST_CASE("a program that cannot be started again is tried with ever longer delays") {  // case 181
  const std::string path = "/tmp/eddy-respawn-" + std::to_string(::getpid());
  REQUIRE(::symlink("/bin/false", path.c_str()) == 0);
  Kept k({.command = Command{.argv = {path}}, .respawn = {.jitter = 0}});
  CHECK(k.start());
  k.until_ended(1);
  ::unlink(path.c_str());

  k.t.advance(1s);
  CHECK(k.service->statistic().start_failed.value() == 1);
  k.t.advance(2s);
  CHECK(k.service->statistic().start_failed.value() == 2);
  k.t.advance(3999ms);
  CHECK(k.service->statistic().start_failed.value() == 2);
  REQUIRE(::symlink("/bin/false", path.c_str()) == 0);
  k.t.advance(1ms);

  CHECK(k.service->statistic().started.value() == 2);
  ::unlink(path.c_str());
  k.log.expect(log::Level::error, "a child cannot be started", {{"service", "kept"}});
}

TEST_CASE("a program that ignores the stop is killed after its grace") {  // case 175
  auto config = keeping("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  config.ready_line = "ready";
  config.stop_grace = 2s;
  Kept k(config);
  CHECK(k.start());

  Future<void> down = k.supervisor.stop();
  k.t.advance(1999ms);
  CHECK_FALSE(k.t.poll(down));
  k.t.advance(1ms);

  CHECK(k.t.get(std::move(down)));
  k.log.expect(log::Level::info, "child ended", {{"how", "killed by SIGKILL"}});
}

TEST_CASE("the grace of a stop leaves time for the kill within the stop grace of the service") {
  auto config = keeping("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  config.ready_line = "ready";
  config.stop_grace = 1h;
  Kept k(config);
  k.service.stop_grace(10s);
  CHECK(k.start());

  Future<void> down = k.supervisor.stop();
  k.t.advance(8999ms);
  CHECK_FALSE(k.t.poll(down));
  k.t.advance(1ms);

  CHECK(k.t.get(std::move(down)));
}

TEST_CASE("a program that hangs, stopped or not, is ended and started again") {  // case 177
  auto config = keeping("echo alive; kill -STOP $$; exit 0");
  config.silence_limit = 30s;
  config.stop_grace = 5s;
  Kept k(config);
  CHECK(k.start());
  k.until_lines(1);

  k.t.advance(29s);
  CHECK(k.service->state() == RespawnState::running);
  CHECK(k.service->statistic().silent.value() == 0);
  k.t.advance(1s);
  k.until_ended(1);

  CHECK(k.service->statistic().silent.value() == 1);
  CHECK(k.service->last_exit()->signal == SIGTERM);
  k.log.expect(log::Level::warning, "a child was silent for too long, and is stopped");
  k.t.advance(1s);
  CHECK(k.service->statistic().started.value() == 2);
}

TEST_CASE("what a program leaves of its group is killed when it ends") {  // case 178
  Kept k(keeping("sleep 60 & echo $!; exit 0"));
  CHECK(k.start());

  k.until_ended(1);

  CHECK(k.service->state() == RespawnState::waiting);
  CHECK(k.service->last_exit()->success());
}

TEST_CASE("somebody who has left the group and holds the pipe does not hold us") {  // case 178
  Kept k(keeping("setsid sh -c 'echo $$; exec sleep 60' & read line < /dev/null; sleep 0.02"));
  CHECK(k.start());
  k.until_lines(1);
  const auto escaped = [&] {
    return std::stoi(k.log.lines().back().fields.back().second);
  }();
  k.until([&] { return k.service->pid() == 0; });
  CHECK(k.service->statistic().ended.value() == 0);

  k.t.advance(1s);

  CHECK(k.service->statistic().ended.value() == 1);
  CHECK(k.service->state() == RespawnState::waiting);
  CHECK(::kill(escaped, SIGKILL) == 0);
}

TEST_CASE("a program that is being stopped may be silent") {
  auto config = keeping("trap 'echo not yet' TERM; echo ready; while :; do sleep 0.01; done");
  config.ready_line = "ready";
  config.silence_limit = 1s;
  config.stop_grace = 5s;
  Kept k(config);
  CHECK(k.start());
  Future<void> down = k.supervisor.stop();
  k.until_lines(2);

  k.t.advance(1s);

  CHECK(k.service->statistic().silent.value() == 0);
  CHECK_FALSE(k.t.poll(down));
  k.t.advance(4s);
  CHECK(k.t.get(std::move(down)));
}

TEST_CASE("a program that has ended is not silent, though others still hold its output") {
  auto config =
      keeping("setsid sh -c 'echo $$; exec sleep 60' & read line < /dev/null; sleep 0.02");
  config.silence_limit = 500ms;
  Kept k(config);
  CHECK(k.start());
  k.until_lines(1);
  const int escaped = std::stoi(k.log.lines().back().fields.back().second);
  k.until([&] { return k.service->pid() == 0; });

  k.t.advance(1s);

  CHECK(k.service->statistic().ended.value() == 1);
  CHECK(k.service->statistic().silent.value() == 0);
  CHECK(::kill(escaped, SIGKILL) == 0);
}

TEST_CASE("an end that is not to be followed by a start is the end of the service") {
  auto config = keeping("exit 0");
  config.restart = Restart::on_failure;
  Kept k(config);
  CHECK(k.start());

  k.until([&] { return k.service.state() == ServiceState::finished; });
}

TEST_CASE("a failure that is not to be followed by a start is a failure of the service") {
  auto config = keeping("exit 1");
  config.restart = Restart::never;
  Kept k(config);
  CHECK(k.start());

  k.until([&] { return k.service.state() == ServiceState::failed; });

  k.log.expect(log::Level::warning, "child ended", {{"how", "exited with 1"}});
}

TEST_CASE("a stop between two starts is the end of them") {
  Kept k(keeping("exit 1"));
  CHECK(k.start());
  k.until_ended(1);

  CHECK(k.t.get(k.supervisor.stop()));
  k.t.advance(1h);

  CHECK(k.service.state() == ServiceState::stopped);
  CHECK(k.t.loop.statistic().active_timers == 0);
}

TEST_CASE("a configuration that makes no sense is refused with all that is wrong") {
  RespawningProcess::Config config{.command = Command{.argv = {""}}};
  config.respawn.first_delay = 0s;
  config.respawn.jitter = 2;
  config.log.enabled = false;
  config.log.max_line = 0;
  config.ready_line = "ready";
  config.silence_limit = 1s;

  CHECK(config.validate().size() == 6);
  CHECK(keeping("true").validate().empty());
}

TEST_CASE("numbers that mean nothing are refused, and not taken for others") {
  auto config = keeping("true");
  config.respawn.jitter = std::numeric_limits<double>::quiet_NaN();
  config.ready_line = "ready";
  config.log.max_line = 4;
  config.stop_signal = 0;
  CHECK(config.validate().size() == 3);
  config.stop_signal = 65;

  CHECK(config.validate().size() == 3);
}

TEST_CASE("a service that is dropped with its supervisor kills its program") {
  Fixture t;
  {
    Supervisor supervisor(t.loop, quiet_options());
    supervisor.add<RespawningProcess>(keeping("exec sleep 60"));
    CHECK(t.get(supervisor.start()));
  }
  while (t.loop.statistic().open_handles > 0 && t.loop.turn(true)) {
  }

  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("the numbers of a kept program are listed under the service's name") {
  Statistics statistics;
  auto config = keeping("exec sleep 60");
  config.statistics = &statistics;
  Kept k(config);
  CHECK(k.start());
  struct Names final : StatisticVisitor {
    std::vector<std::string> seen;
    void visit(std::string_view owner, std::string_view field, const Counter&) override {
      seen.push_back(std::string(owner) + "." + std::string(field));
    }
    void visit(std::string_view owner, std::string_view field, const Gauge&) override {
      seen.push_back(std::string(owner) + "." + std::string(field));
    }
    void visit(std::string_view, std::string_view, const Histogram&) override {}
  } names;

  statistics.visit(names);

  CHECK(names.seen.size() == 9);
  CHECK(names.seen.front() == "kept.started");
}
