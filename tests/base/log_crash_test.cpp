// SPDX-License-Identifier: MIT
//
// What becomes of records at the end of the process: hardening case 240.
#include <eddy/base/log_writer.hpp>

#include "support.hpp"

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <unistd.h>

using namespace eddy;
using namespace eddy::test;
using namespace std::chrono_literals;

namespace {

constexpr int records = 500;

log::Writer::Config config_for(int output, Duration patience) {
  log::Writer::Config config;
  config.format = log::Format::plain;
  config.output = output;
  config.patience = patience;
  return config;
}

/// Says on stderr that the test may go on; a failed start says something else.
void tell_that_nothing_was_written(const log::Writer& writer) {
  std::string_view text = writer.statistic().written.value() == 0 ? "ready\n" : "too early\n";
  std::ignore = write(STDERR_FILENO, text.data(), text.size());
}

extern "C" void exit_with_42(int) {
  _exit(42);
}

/// Gives faults the handler of a program, which the writer finds when it comes.
void handle_faults() {
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    std::signal(number, &exit_with_42);
}

/// Fills the buffer of a writer whose output is blocked, then dies of `end`.
void log_and(int output, Duration patience, void (*end)()) {
  handle_faults();
  log::Writer writer(config_for(output, patience));
  for (int i = 0; i < records; ++i)
    log::info("record", {{"i", i}});
  tell_that_nothing_was_written(writer);
  end();
}

/// What a process that ends by `end` with all its records still queued brings to its output.
struct End {
  Pipe output;
  std::string lines;
  std::string how;

  explicit End(void (*end)()) {
    output.fill();
    Child child(output, [end](int descriptor) { log_and(descriptor, 1min, end); });
    child.errors().read_until("ready\n");
    lines = output.read_all();
    how = child.wait();
  }
};

/// What a process that ends by `end` says on stderr if its output takes nothing, ever.
struct BlockedEnd {
  Pipe output;
  std::string errors;
  std::string how;

  explicit BlockedEnd(void (*end)()) {
    output.fill();
    Child child(output, [end](int descriptor) { log_and(descriptor, 50ms, end); });
    errors = child.errors().read_all();
    how = child.wait();
  }
};

std::string all_records() {
  std::string lines;
  for (int i = 0; i < records; ++i)
    lines += "record i=" + std::to_string(i) + "\n";
  return lines;
}

void end_of_scope() {}
void call_exit() {
  std::exit(3);
}
void call_abort() {
  std::abort();
}
template <int number>
void send_signal() {
  raise(number);
}
void touch_forbidden_memory() {
  void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<char*>(page) = 1;
}

}  // namespace

TEST_CASE("hardening 240: all records reach the output when the process aborts") {
  End end(&call_abort);

  CHECK(end.lines == all_records());
  CHECK(end.how == "signal 6");
}

TEST_CASE("all records reach the output when the process calls exit") {
  End end(&call_exit);

  CHECK(end.lines == all_records());
  CHECK(end.how == "exit 3");
}

TEST_CASE("all records reach the output when the writer is destroyed") {
  End end(&end_of_scope);

  CHECK(end.lines == all_records());
  CHECK(end.how == "exit 0");
}

TEST_CASE("hardening 240: all records reach the output on every deadly signal") {
  End fault(&touch_forbidden_memory);
  End bus(&send_signal<SIGBUS>);
  End arithmetic(&send_signal<SIGFPE>);
  End instruction(&send_signal<SIGILL>);

  CHECK(fault.lines == all_records());
  CHECK(bus.lines == all_records());
  CHECK(arithmetic.lines == all_records());
  CHECK(instruction.lines == all_records());
}

TEST_CASE("the handler that was there before the writer runs after the records are out") {
  CHECK(End(&touch_forbidden_memory).how == "exit 42");
  CHECK(End(&send_signal<SIGSEGV>).how == "exit 42");
  CHECK(End(&send_signal<SIGABRT>).how == "signal 6");
}

TEST_CASE("hardening 240: a blocked output holds up an abort no longer than its patience") {
  BlockedEnd end(&call_abort);

  CHECK(end.how == "signal 6");
  CHECK(end.errors == "ready\nlog records lost at the end count=500\n");
}

TEST_CASE("a blocked output holds up exit no longer than its patience") {
  BlockedEnd end(&call_exit);

  CHECK(end.how == "exit 3");
  CHECK(end.errors == "ready\nlog records lost at the end count=500\n");
}

TEST_CASE("a blocked output holds up the end of the writer no longer than its patience") {
  BlockedEnd end(&end_of_scope);

  CHECK(end.how == "exit 0");
  CHECK(end.errors == "ready\nlog records lost at the end count=500\n");
}

TEST_CASE("a blocked stderr holds up an abort no longer than its patience") {
  Pipe blocked;
  blocked.fill();

  Child child(blocked, [](int descriptor) {
    dup2(descriptor, STDERR_FILENO);
    log::Writer writer(config_for(STDERR_FILENO, 50ms));
    log::info("never seen");
    std::abort();
  });

  CHECK(child.wait() == "signal 6");
}

TEST_CASE("the patience is one second where nobody says otherwise") {
  CHECK(log::Writer::Config().patience == 1s);
}

TEST_CASE("records dropped before the end are part of what is reported lost") {
  Pipe output;
  output.fill();

  Child child(output, [](int descriptor) {
    log::Writer::Config config = config_for(descriptor, 50ms);
    config.buffer_records = 10;
    log::Writer writer(config);
    for (int i = 0; i < records; ++i)
      log::info("record", {{"i", i}});
  });

  CHECK(child.errors().read_all() == "log records lost at the end count=500\n");
  CHECK(child.wait() == "exit 0");
}
