// SPDX-License-Identifier: MIT
//
// Runs the commands that stand on its input, a line each, so many at a time, each for so many
// seconds at most: `processes 4 60 < list`.
#include <eddy/core/loop.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/process_limit.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

using eddy::Future;
using namespace std::chrono_literals;

namespace {

class Runner {
 public:
  Runner(eddy::Loop& loop, std::size_t at_once, eddy::Duration longest)
      : loop_(loop), limit_(at_once), longest_(longest), commands_(loop) {}

  void add(const std::string& text) {
    Future<void> told = run(text)
                            .then([this, text](const eddy::ProcessOutput& made) {
                              tell(text, made.status.to_string(), made.status.success());
                              std::fputs(made.output.c_str(), stdout);
                            })
                            .or_else([this, text](const eddy::Error& error) {
                              tell(text, error.message(), false);
                            });
    commands_.spawn(text, std::move(told));
  }
  /// Resolves to the number of commands that failed.
  Future<int> finish() {
    return commands_.empty().then([this] { return failed_; });
  }
  /// What runs is killed, and what waits is forgotten.
  void stop() {
    ++failed_;
    stopped_ = commands_.stop(1s);
  }

 private:
  /// The time counts from when the command has its place. Whatever ends the wait, a Process that is
  /// dropped is killed with all that it has started.
  Future<eddy::ProcessOutput> run(const std::string& text) {
    eddy::Command command = eddy::Command::shell(text);
    command.output = eddy::ChildStdio::stream();
    command.errors = eddy::ChildStdio::merged();
    return limit_.spawn(loop_, std::move(command)).then([this](eddy::Process child) {
      return child.communicate({}, {.limit = 1024 * 1024})
          .timeout(longest_)
          .attach(std::move(child));
    });
  }
  void tell(const std::string& text, const std::string& how, bool well) {
    std::printf("%s: %s\n", text.c_str(), how.c_str());
    if (!well) ++failed_;
  }

  eddy::Loop& loop_;
  eddy::ProcessLimit limit_;
  const eddy::Duration longest_;
  int failed_ = 0;
  Future<void> stopped_;
  eddy::TaskGroup commands_;
};

}  // namespace

int main(int argc, char** argv) {
  const int at_once = argc > 1 ? std::atoi(argv[1]) : 4;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 60;
  if (at_once < 1 || seconds < 1) {
    std::fputs("usage: processes [commands at a time] [seconds for each]\n", stderr);
    return 2;
  }
  eddy::Loop loop;
  Runner runner(loop, static_cast<std::size_t>(at_once), seconds * 1s);
  for (std::string line; std::getline(std::cin, line);)
    if (!line.empty()) runner.add(line);
  auto interrupt = eddy::SignalWatcher::watch(loop, SIGINT, [&runner](int) { runner.stop(); });
  const eddy::Result<int> failed = loop.run_until(runner.finish());
  loop.run();  // until what was killed has been reaped
  return failed && *failed == 0 ? 0 : 1;
}
