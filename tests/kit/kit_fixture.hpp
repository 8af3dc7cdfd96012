// SPDX-License-Identifier: MIT
//
// What the tests of the kit have in common: a supervisor on a manual clock, and a service that does
// as the test says and writes down what happens to it.
#pragma once

#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/fixture.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace eddy::testing {

using namespace std::chrono_literals;

/// What services did, in order: "start a", "stop a".
using Journal = std::vector<std::string>;

/// A service made of functions. Those that are not given end at once.
class Scripted final : public Service {
 public:
  using Part = std::shared_ptr<Function<Future<void>(Scripted&)>>;

  struct Config {
    Journal* journal = nullptr;
    Part start = {};
    Part stop = {};
    std::vector<std::string> complaints = {};

    std::vector<std::string> validate() const { return complaints; }
  };

  Scripted(Env& env, Config config) : Service(env), config_(std::move(config)) {}
  ~Scripted() override { note("destroy "); }

  Future<void> start() override {
    note("start ");
    return config_.start ? (*config_.start)(*this) : ready_future();
  }
  Future<void> stop(StopReason why) override {
    note("stop ");
    reason = why.text;
    return config_.stop ? (*config_.stop)(*this) : Service::stop(why);
  }

  using Service::env;
  using Service::fail;
  using Service::finish;
  using Service::loop;
  using Service::ready;
  using Service::spawn_vital;
  using Service::tasks;

  std::string reason;

 private:
  void note(const char* what) {
    if (config_.journal != nullptr) config_.journal->push_back(what + std::string(name()));
  }

  Config config_;
};

template <class F>
Scripted::Part part(F&& function) {
  return std::make_shared<Function<Future<void>(Scripted&)>>(std::forward<F>(function));
}

inline Future<void> failure() {
  return failed_future<void>(Error(std::errc::address_in_use, "listen 127.0.0.1:80"));
}

/// A promise whose other end a service waits for.
struct Gate {
  explicit Gate(Loop& loop) : promise(loop), future(promise.future()) {}
  void open() { std::move(promise).set_value(); }

  Promise<void> promise;
  Future<void> future;
};

/// Without signals and deadline, which belong to the process: see process_test.cpp.
inline Supervisor::Options quiet_options() {
  Supervisor::Options options;
  options.signals = false;
  options.raise_file_limit = false;
  options.stop_deadline = Duration::zero();
  options.log_writer = false;
  options.restart.jitter = 0;
  return options;
}

struct KitFixture {
  explicit KitFixture(Site site = EDDY_HERE) : KitFixture(quiet_options(), site) {}
  explicit KitFixture(Supervisor::Options options, Site site = EDDY_HERE)
      : t(site), supervisor(t.loop, std::move(options)) {}

  ServiceHandle<Scripted> add(std::string name, Scripted::Config config = {}) {
    config.journal = &journal;
    return supervisor.add<Scripted>(std::move(config)).name(std::move(name));
  }
  /// Starts everything and tells whether that went well.
  Result<void> start() {
    Future<void> up = supervisor.start();
    REQUIRE(t.poll(up));
    return detail::take_result(std::move(up));
  }
  /// Stops everything and gives what is told about it.
  Result<void> stop() {
    Future<void> down = supervisor.stop("test is over");
    REQUIRE(t.poll(down));
    return detail::take_result(std::move(down));
  }

  Journal journal;
  Fixture t;
  Supervisor supervisor;
};

}  // namespace eddy::testing
