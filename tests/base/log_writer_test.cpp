// SPDX-License-Identifier: MIT
//
// What becomes of records between the caller and the output: hardening cases 234, 236 and 239.
#include <eddy/base/log_writer.hpp>

#include "support.hpp"

#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

using namespace eddy;
using namespace eddy::test;
using namespace std::chrono_literals;

namespace {

log::Writer::Config config_for(int output) {
  log::Writer::Config config;
  config.format = log::Format::plain;
  config.output = output;
  config.level = log::Level::debug;
  config.patience = 10ms;
  return config;
}

/// A full pipe, and a writer that has one line in its hands which the pipe does not take.
struct Blocked {
  Pipe pipe;
  std::unique_ptr<log::Writer> writer;

  explicit Blocked(std::size_t records, log::Overflow overflow = log::Overflow::least_important) {
    pipe.fill();
    log::Writer::Config config = config_for(pipe.in());
    config.buffer_records = records;
    config.overflow = overflow;
    config.patience = 1min;
    writer = std::make_unique<log::Writer>(config);
    log::info("first");
    while (writer->statistic().queued.value() != 0)
      std::this_thread::yield();
  }
  std::uint64_t written() const { return writer->statistic().written.value(); }
  std::uint64_t dropped() const { return writer->statistic().dropped.value(); }
  /// Lets the pipe flow, ends the writer and returns all lines.
  std::vector<std::string> release() {
    std::string text;
    std::thread reader([&] { text = pipe.read_all(); });
    writer.reset();
    pipe.close_in();
    reader.join();
    return lines_of(text);
  }
};

void log_many(int count) {
  for (int i = 0; i < count; ++i)
    log::info("one of many", {{"i", i}});
}

/// A pseudo terminal that passes octets on as they are.
struct Terminal {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  int slave = -1;

  Terminal() {
    REQUIRE_MESSAGE(master >= 0, "no terminal can be made: is /dev/pts mounted?");
    grantpt(master);
    unlockpt(master);
    const char* const name = ptsname(master);
    REQUIRE_MESSAGE(name != nullptr, "no terminal can be made: is /dev/pts mounted?");
    slave = open(name, O_RDWR | O_NOCTTY);
    termios mode{};
    tcgetattr(slave, &mode);
    cfmakeraw(&mode);
    tcsetattr(slave, TCSANOW, &mode);
  }
  ~Terminal() {
    close(slave);
    close(master);
  }
  std::string read_until(std::string_view wanted) const {
    std::string text;
    char buffer[4096];
    while (text.find(wanted) == text.npos) {
      ssize_t count = read(master, buffer, sizeof buffer);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }
};

std::atomic<std::uint64_t> handled{0};

extern "C" void log_from_handler(int) {
  log::info("from a handler");
  ++handled;
}

/// Has SIGUSR1 logged about for as long as it lives.
struct LoggingHandler {
  struct sigaction former {};

  LoggingHandler() {
    handled = 0;
    struct sigaction action {};
    action.sa_handler = &log_from_handler;
    sigaction(SIGUSR1, &action, &former);
  }
  ~LoggingHandler() { sigaction(SIGUSR1, &former, nullptr); }
};

/// How many records are dropped by what `text` says.
std::size_t told_dropped(const std::string& text) {
  constexpr std::string_view says = "log records dropped count=";
  std::size_t sum = 0;
  for (std::size_t at = text.find(says); at != std::string::npos; at = text.find(says, at + 1))
    sum += std::strtoull(text.c_str() + at + says.size(), nullptr, 10);
  return sum;
}

}  // namespace

TEST_CASE("hardening 234: a full pipe never blocks who logs, and takes all when it flows again") {
  Blocked blocked(100);

  log_many(50);

  CHECK(blocked.written() == 0);
  std::vector<std::string> lines = blocked.release();
  REQUIRE(lines.size() == 51);
  CHECK(lines[0] == "first");
  CHECK(lines[1] == "one of many i=0");
  CHECK(lines[50] == "one of many i=49");
}

TEST_CASE("hardening 234: the oldest debug record is dropped first, and drops are reported") {
  Blocked blocked(4);
  log::debug("debug one");
  log::debug("debug two");
  log::info("info one");
  log::info("info two");
  REQUIRE(blocked.dropped() == 0);

  log::info("info three");
  CHECK(blocked.dropped() == 1);
  log::info("info four");
  CHECK(blocked.dropped() == 2);
  log::info("info five");

  CHECK(blocked.dropped() == 3);
  CHECK(blocked.release() == std::vector<std::string>{"first",
                                                      "log records dropped count=3",
                                                      "info one",
                                                      "info two",
                                                      "info three",
                                                      "info four"});
}

TEST_CASE("hardening 234: a graver record takes the place of the least grave one") {
  Blocked blocked(2);
  log::info("info");
  log::warning("warning");

  log::error("error");
  log::critical("critical");
  log::warning("no room for it");

  CHECK(blocked.release() ==
        std::vector<std::string>{"first", "log records dropped count=3", "error", "critical"});
}

TEST_CASE("with drop_newest the newcomer is lost") {
  Blocked blocked(2, log::Overflow::drop_newest);
  log::debug("one");
  log::debug("two");

  log::critical("three");

  CHECK(blocked.release() ==
        std::vector<std::string>{"first", "log records dropped count=1", "one", "two"});
}

TEST_CASE("with drop_oldest the oldest record is lost") {
  Blocked blocked(2, log::Overflow::drop_oldest);
  log::critical("one");
  log::debug("two");

  log::debug("three");

  CHECK(blocked.release() ==
        std::vector<std::string>{"first", "log records dropped count=1", "two", "three"});
}

TEST_CASE("hardening 234: a terminal stopped with Ctrl-S never blocks who logs") {
  Terminal terminal;
  log::Writer::Config config = config_for(terminal.slave);
  config.patience = 1min;
  log::Writer writer(config);
  tcflow(terminal.slave, TCOOFF);

  log_many(1000);

  CHECK(writer.statistic().dropped.value() == 0);
  tcflow(terminal.slave, TCOON);
  CHECK(count_of(terminal.read_until("i=999\n"), "one of many") == 1000);
}

TEST_CASE("a flood into a blocked output keeps to the bound of the buffer") {
  Blocked blocked(16);

  log_many(100'000);

  CHECK(blocked.writer->statistic().queued.value() == 16);
  CHECK(blocked.dropped() == 100'000 - 16);
  CHECK(blocked.release().size() == 1 + 1 + 16);
}

TEST_CASE("records of one thread keep their order, and none is lost where there is room") {
  TemporaryFile file;
  log::Writer::Config config = config_for(file.descriptor());
  config.buffer_records = 10'000;
  {
    log::Writer writer(config);
    std::thread other([] { log_many(4000); });
    log_many(4000);
    other.join();
    REQUIRE(writer.flush(1min));
    CHECK(writer.statistic().written.value() == 8000);
    CHECK(writer.statistic().dropped.value() == 0);
  }

  std::string text = file.text();
  CHECK(lines_of(text).size() == 8000);
  CHECK(count_of(text, "one of many i=3999\n") == 2);
}

TEST_CASE("flush tells when its limit passed before all was written") {
  Blocked blocked(4);

  CHECK_FALSE(blocked.writer->flush(0ms));
  CHECK(blocked.release().size() == 1);
}

TEST_CASE("hardening 236: where the output fails, lines go to stderr") {
  CapturedStderr captured;
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  {
    log::Writer writer(config_for(full));
    log::info("one");
    REQUIRE(writer.flush(1min));
    log::info("two");
  }
  close(full);

  CHECK(
      lines_of(captured.text()) ==
      std::vector<std::string>{"log output failed, stderr takes its place errno=28", "one", "two"});
}

TEST_CASE("hardening 236: an output that was closed by its reader kills nobody") {
  CapturedStderr captured;
  Pipe pipe;
  pipe.close_out();
  {
    log::Writer writer(config_for(pipe.in()));
    log::info("nobody reads");
  }

  CHECK(count_of(captured.text(), "nobody reads\n") == 1);
}

TEST_CASE("what neither the output nor stderr takes is counted, and nobody spins over it") {
  int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  close(STDERR_FILENO);
  {
    log::Writer writer(config_for(STDERR_FILENO));
    log_many(3);
    CHECK(writer.flush(1min));
    CHECK(writer.statistic().written.value() == 0);
    CHECK(writer.statistic().dropped.value() == 3);
  }
  dup2(saved, STDERR_FILENO);
  close(saved);
}

TEST_CASE(
    "hardening 239: while the writer comes and goes every line of threads is kept or counted") {
  CapturedStderr captured;
  TemporaryFile file;
  std::atomic<bool> over{false};
  std::atomic<int> logged{0};
  auto work = [&] {
    while (!over) {
      log::info("line");
      ++logged;
    }
  };
  std::thread one(work);
  std::thread two(work);
  log::Writer::Config config = config_for(file.descriptor());
  config.buffer_records = 1000;

  for (int i = 0; i < 20; ++i)
    log::Writer(config).flush(1min);
  over = true;
  one.join();
  two.join();

  const std::string text = file.text() + captured.text();
  CHECK(count_of(text, "line\n") + told_dropped(text) == static_cast<std::size_t>(logged.load()));
}

TEST_CASE("hardening 239: signal handlers may log, even one that interrupts the log itself") {
  LoggingHandler handler;
  TemporaryFile file;
  log::Writer::Config config = config_for(file.descriptor());
  config.buffer_records = 100'000;
  log::Writer writer(config);
  std::atomic<bool> over{false};
  std::uint64_t logged = 0;
  std::thread victim([&] {
    for (; !over; ++logged)
      log::info("from the thread");
  });

  while (handled < 200)
    pthread_kill(victim.native_handle(), SIGUSR1);
  over = true;
  victim.join();
  log::info("the last one");

  CHECK(writer.flush(1min));
  std::uint64_t kept = count_of(file.text(), "from a handler\n") +
                       count_of(file.text(), "from the thread\n") +
                       count_of(file.text(), "the last one\n");
  CHECK(kept + writer.statistic().dropped.value() == logged + handled + 1);
}

TEST_CASE("in a forked child the log is as without a writer") {
  TemporaryFile file;
  log::Writer writer(config_for(file.descriptor()));
  log::info("from the parent");
  REQUIRE(writer.flush(1min));
  Pipe output;

  Child child(output, [](int) {
    log::debug("not kept");
    log::info("from the child");
  });

  CHECK(child.errors().read_all() == "from the child\n");
  CHECK(child.wait() == "exit 0");
  CHECK(file.text() == "from the parent\n");
}

TEST_CASE("a writer that the system gives no descriptors leaves the log as without one") {
  Pipe output;

  Child child(output, [](int descriptor) {
    rlimit none{3, 3};
    setrlimit(RLIMIT_NOFILE, &none);
    log::Writer writer(config_for(descriptor));
    log::info("still heard");
  });

  CHECK(child.errors().read_all() ==
        "the log has no thread, lines go to stderr errno=24\nstill heard\n");
  CHECK(child.wait() == "exit 0");
}

TEST_CASE("a second writer at the same time stops the program") {
  Pipe output;

  Child child(output, [](int descriptor) {
    log::Writer one(config_for(descriptor));
    log::Writer two(config_for(descriptor));
  });

  CHECK(count_of(child.errors().read_all(), "at most one log::Writer at a time") == 1);
  CHECK(child.wait() == "signal 6");
}

TEST_CASE("a writer that comes after another works like the first") {
  TemporaryFile file;

  { log::Writer first(config_for(file.descriptor())); }
  {
    log::Writer second(config_for(file.descriptor()));
    log::info("second");
  }

  CHECK(file.text() == "second\n");
}

TEST_CASE("a writer leaves no descriptor and no signal handler behind") {
  auto lowest_free = [] {
    int descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    close(descriptor);
    return descriptor;
  };
  TemporaryFile file;
  struct sigaction before {};
  struct sigaction during {};
  struct sigaction after {};
  int descriptor = lowest_free();
  sigaction(SIGABRT, nullptr, &before);

  {
    log::Writer writer(config_for(file.descriptor()));
    sigaction(SIGABRT, nullptr, &during);
  }

  sigaction(SIGABRT, nullptr, &after);
  CHECK((during.sa_sigaction != before.sa_sigaction));
  CHECK((after.sa_sigaction == before.sa_sigaction));
  CHECK(lowest_free() == descriptor);
}
