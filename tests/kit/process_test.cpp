// SPDX-License-Identifier: MIT
//
// What a supervisor does to its process: signals, exit codes, the watchdog. Each test runs a
// program of its own in a forked child; they keep in step by a pipe, never by time.
#include "child.hpp"
#include "kit_fixture.hpp"

#include <eddy/io/process.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A program of one scripted service, on the machine's clock, with all that belongs to a process.
int run_program(Pen& pen, Supervisor::Options options, Scripted::Config config) {
  Loop loop;
  Supervisor supervisor(loop, options);
  supervisor.on_ready([&pen] { pen.write("ready\n"); });
  supervisor.add<Scripted>(std::move(config)).name("service");
  return supervisor.run();
}

Supervisor::Options with_deadline(Duration deadline) {
  Supervisor::Options options;
  options.stop_deadline = deadline;
  return options;
}

/// A part that says `word` and then lasts longer than any test.
Scripted::Part endless(Pen& pen, std::string word) {
  return part([&pen, word](Scripted& s) {
    pen.write(word + "\n");
    return s.loop().sleep(24h);
  });
}

/// A part that says `word` and blocks the loop.
Scripted::Part blocking(Pen& pen, std::string word) {
  return part([&pen, word](Scripted&) -> Future<void> {
    pen.write(word + "\n");
    for (;;)
      ::pause();
  });
}

/// Leaves no room for another line.
void fill_stderr() {
  const int flags = ::fcntl(STDERR_FILENO, F_GETFL);
  ::fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
  while (::write(STDERR_FILENO, ".", 1) == 1) {
  }
  ::fcntl(STDERR_FILENO, F_SETFL, flags);
}

/// Says `word` and blocks until the handler of a signal has run; one that comes early waits.
void wait_for_a_signal(Pen& pen, std::string_view word) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pen.write(std::string(word) + "\n");
  ::sigsuspend(&none);
}

}  // namespace

TEST_CASE("the first signal stops in order and exits with 0") {  // parity 1.6.7
  Child child([](Pen& pen) {
    return run_program(pen, {}, {.stop = part([&pen](Scripted&) {
                                   pen.write("stopping\n");
                                   return ready_future();
                                 })});
  });
  REQUIRE(child.line() == "ready");

  child.kill(SIGTERM);

  CHECK(child.line() == "stopping");
  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("SIGINT stops in order like SIGTERM") {
  Child child([](Pen& pen) { return run_program(pen, {}, {}); });
  REQUIRE(child.line() == "ready");

  child.kill(SIGINT);

  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("a signal while services start rolls back and exits with 128+n") {  // hardening 219
  Child child([](Pen& pen) {
    Loop loop;
    Supervisor supervisor(loop);
    auto up = supervisor.add<Scripted>({.stop = part([&pen](Scripted&) {
                                          pen.write("rolled back\n");
                                          return ready_future();
                                        })});
    supervisor.add<Scripted>({.start = endless(pen, "starting")}).after(up);
    return supervisor.run();
  });
  REQUIRE(child.line() == "starting");

  child.kill(SIGINT);

  CHECK(child.line() == "rolled back");
  CHECK(child.exit_code() == 128 + SIGINT);
}

TEST_CASE("the second signal, of either kind, drops everything and exits with 128+n") {
  Child child([](Pen& pen) {  // hardening 220, 221
    const int code = run_program(pen, {}, {.stop = endless(pen, "stopping")});
    pen.write("out of run()\n");
    return code;
  });
  REQUIRE(child.line() == "ready");
  child.kill(SIGINT);
  REQUIRE(child.line() == "stopping");

  child.kill(SIGTERM);

  CHECK(child.line() == "out of run()");
  CHECK(child.exit_code() == 128 + SIGTERM);
}

TEST_CASE("two signals that come together are two") {
  Child child([](Pen& pen) { return run_program(pen, {}, {.stop = endless(pen, "stopping")}); });
  REQUIRE(child.line() == "ready");

  child.kill(SIGINT);
  child.kill(SIGTERM);

  CHECK(child.exit_code() > 128);
}

TEST_CASE("three signals end a process whose loop was blocked before the first of them") {
  Child child([](Pen& pen) {
    const auto start = part([&pen](Scripted&) -> Future<void> {
      wait_for_a_signal(pen, "none");
      wait_for_a_signal(pen, "one");
      wait_for_a_signal(pen, "two");
      return ready_future();
    });
    Supervisor::Options options;
    options.log_writer = false;  // its thread could take the signals
    return run_program(pen, options, {.start = start});
  });
  REQUIRE(child.line() == "none");
  child.kill(SIGINT);
  REQUIRE(child.line() == "one");
  child.kill(SIGINT);
  REQUIRE(child.line() == "two");

  child.kill(SIGINT);

  CHECK(child.exit_code() == 128 + SIGINT);
}

TEST_CASE("the third signal ends the process, though the loop is blocked") {  // hardening 220
  Child child([](Pen& pen) {
    // What the second signal drops blocks for ever.
    struct Blocker {
      Pen& pen;
      ~Blocker() {
        pen.write("blocked\n");
        for (;;)
          ::pause();
      }
    };
    auto blocker = std::make_shared<std::unique_ptr<Blocker>>(new Blocker{pen});
    return run_program(pen, {}, {.stop = part([&pen, blocker](Scripted& s) {
                                   pen.write("stopping\n");
                                   return s.loop().sleep(24h).attach(std::move(*blocker));
                                 })});
  });
  REQUIRE(child.line() == "ready");
  child.kill(SIGTERM);
  REQUIRE(child.line() == "stopping");
  child.kill(SIGTERM);
  REQUIRE(child.line() == "blocked");

  child.kill(SIGINT);

  CHECK(child.exit_code() == 128 + SIGINT);
}

TEST_CASE("a stop that takes longer than its deadline exits with 70 and names who is late") {
  Child child([](Pen& pen) {  // parity 1.6.7, hardening 225
    return run_program(pen, with_deadline(50ms), {.stop = endless(pen, "stopping")});
  });
  REQUIRE(child.line() == "ready");

  child.kill(SIGTERM);

  CHECK(child.exit_code() == exit_code::deadline);
  CHECK(child.log().find("waiting_for=service") != std::string::npos);
}

TEST_CASE("the deadline holds though stop() blocks the loop") {  // parity 1.6.7
  Child child([](Pen& pen) {
    return run_program(pen, with_deadline(50ms), {.stop = blocking(pen, "stopping")});
  });
  REQUIRE(child.line() == "ready");

  child.kill(SIGTERM);

  CHECK(child.exit_code() == exit_code::deadline);
}

TEST_CASE("the deadline holds though the loop was blocked before the signal came") {
  Child child([](Pen& pen) {
    return run_program(pen, with_deadline(50ms), {.start = blocking(pen, "starting")});
  });
  REQUIRE(child.line() == "starting");

  child.kill(SIGTERM);

  CHECK(child.exit_code() == exit_code::deadline);
}

TEST_CASE("the deadline holds though nobody reads the log") {
  Child child([](Pen& pen) {
    Supervisor::Options options = with_deadline(50ms);
    options.log_writer = false;  // whoever logs waits for stderr
    const auto start = part([](Scripted& s) {
      s.env().request_stop("enough");
      return ready_future();
    });
    const auto stop = part([](Scripted&) -> Future<void> {
      fill_stderr();
      for (;;)
        ::pause();
    });
    return run_program(pen, options, {.start = start, .stop = stop});
  });

  CHECK(child.exit_code_unread() == exit_code::deadline);
}

TEST_CASE("the deadline holds for a stop that was asked for") {
  Child child([](Pen& pen) {
    auto start = part([](Scripted& s) {
      s.env().request_stop("enough");
      return ready_future();
    });
    return run_program(pen, with_deadline(50ms), {.start = start, .stop = blocking(pen, "stop")});
  });

  CHECK(child.exit_code() == exit_code::deadline);
}

TEST_CASE("a stop in time is not ended by the deadline") {
  Child child([](Pen& pen) {
    const int code = run_program(pen, with_deadline(24h), {});
    pen.write("stopped\n");
    return code;
  });
  REQUIRE(child.line() == "ready");

  child.kill(SIGTERM);

  CHECK(child.line() == "stopped");
  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("a deadline as long as time lets a stop take its time") {
  Child child([](Pen& pen) {
    const auto stop = part([](Scripted& s) { return s.env().loop().sleep(20ms); });
    return run_program(pen, with_deadline(Duration::max()), {.stop = stop});
  });
  REQUIRE(child.line() == "ready");

  child.kill(SIGTERM);

  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("a failed start exits with 1 and one line of error with service, cause and cure") {
  Child child([](Pen& pen) {
    return run_program(pen, {}, {.start = part([](Scripted&) {
                                   return failed_future<void>(
                                       Error(std::errc::address_in_use,
                                             "listen 127.0.0.1:80 (held by process 12, nginx)"));
                                 })});
  });

  CHECK(child.exit_code() == exit_code::failure);
  CHECK(child.lines_with("ERROR") == 1);
  CHECK(child.log().find("service 'service': listen 127.0.0.1:80 (held by process 12, nginx)") !=
        std::string::npos);
}

TEST_CASE("refused configurations exit with 1 and a line for each complaint") {
  Child child([](Pen& pen) {
    return run_program(pen, {}, {.complaints = {"no port", "no path"}});
  });

  CHECK(child.exit_code() == exit_code::failure);
  CHECK(child.lines_with("ERROR") == 2);
  CHECK(child.log().find("service 'service': no path") != std::string::npos);
}

TEST_CASE("signals belong to whom they belonged before, once everything has stopped") {
  Child child([](Pen& pen) {
    ::signal(SIGINT, SIG_IGN);
    const auto ask = part([](Scripted& s) {
      s.env().request_stop("enough");
      return ready_future();
    });
    const int code = run_program(pen, {}, {.start = ask});
    const bool restored =
        ::signal(SIGTERM, SIG_DFL) == SIG_DFL && ::signal(SIGINT, SIG_DFL) == SIG_IGN;
    return restored ? code : 99;
  });

  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("an ignored SIGHUP stays ignored, SIGPIPE is ignored, SIGCHLD is not") {  // hardening 222
  Child child([](Pen& pen) {
    ::signal(SIGHUP, SIG_IGN);
    ::signal(SIGCHLD, SIG_IGN);
    ::signal(SIGPIPE, SIG_DFL);
    return run_program(pen, {}, {.start = part([](Scripted& s) {
                                   const bool right = ::signal(SIGHUP, SIG_IGN) == SIG_IGN &&
                                                      ::signal(SIGPIPE, SIG_IGN) == SIG_IGN &&
                                                      ::signal(SIGCHLD, SIG_DFL) == SIG_DFL;
                                   s.env().request_stop("enough", right ? 40 : 41);
                                   return ready_future();
                                 })});
  });

  CHECK(child.exit_code() == 40);
}

TEST_CASE("the soft limit of open files is raised, and the old one kept for children") {
  Child child([](Pen&) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Loop loop;
    Supervisor supervisor(loop);
    const int code = supervisor.run();
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const bool raised = limit.rlim_cur == limit.rlim_max;
    return raised && supervisor.inherited_file_limit() == 64ULL ? code : 99;
  });

  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("a child process gets the limit of open files that there was before") {
  Child child([](Pen& pen) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Loop loop;
    Supervisor supervisor(loop);
    return supervisor.run_until([&] {
      return run_command(loop, Command::shell("ulimit -n")).then([&pen](const ProcessOutput& made) {
        pen.write(made.output);
      });
    });
  });

  CHECK(child.line() == "64");
  CHECK(child.exit_code() == exit_code::success);
}

TEST_CASE("a second supervisor may not own the signals at the same time") {
  Child child([](Pen&) {
    Loop loop;
    Supervisor first(loop);
    first.add<Scripted>({});
    const Future<void> up = first.start();
    Supervisor second(loop);
    return second.run();
  });

  CHECK(child.signal() == SIGABRT);
  CHECK(child.log().find("one Supervisor of a process owns the signals") != std::string::npos);
}

TEST_CASE("adding a hook after the start stops the program") {
  Child child([](Pen&) {
    Loop loop;
    Supervisor supervisor(loop);
    const Future<void> up = supervisor.start();
    supervisor.pre_stop().add([](auto) { return ready_future(); });
    return 0;
  });

  CHECK(child.signal() == SIGABRT);
}
