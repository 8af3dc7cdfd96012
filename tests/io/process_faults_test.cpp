// SPDX-License-Identifier: MIT
//
// Everything that can fail around the making of a child and the waiting for it.
#include <eddy/io/process.hpp>
#include <eddy/testing/log_capture.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "io/child_plan.hpp"
#include "io/spawn.hpp"
#include "own_folder.hpp"
#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

Error refused(ProcessFixture& t, const Command& command) {
  Result<Process> process = Process::spawn(t.loop, command);
  REQUIRE_FALSE(process.has_value());
  CHECK_FALSE(have_children());
  return std::move(process).error();
}

/// A file that holds `content`, gone with the test.
struct File {
  File(const std::string& content, mode_t mode) {
    const int made = ::mkstemp(path.data());
    REQUIRE(made >= 0);
    REQUIRE(::write(made, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(made);
    ::chmod(path.c_str(), mode);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::unlink(path.c_str()); }

  std::string path = "/tmp/eddy-program-XXXXXX";
};

/// Calls `call`, but for every first time of two, which fails with EINTR.
template <auto call, class... Args>
int every_other(Args... args) {
  static bool interrupt = false;
  interrupt = !interrupt;
  if (!interrupt) return (detail::kernel_process_calls.*call)(args...);
  errno = EINTR;
  return -1;
}

/// Does not reap, but tells of a core file, which no test can rely upon.
int core_dumped(int, siginfo_t* info) {
  info->si_pid = 1;
  info->si_code = CLD_DUMPED;
  info->si_status = SIGSEGV;
  return 0;
}

int early = 0;  // times that reap() says too early
int pidfds_signalled = 0;
int groups_signalled = 0;

}  // namespace

TEST_CASE("a program that does not exist is an error that names it, and leaves nothing") {  // 181
  ProcessFixture t;

  const Error by_path = refused(t, {.argv = {"/no/such/program"}});
  CHECK(by_path == std::errc::no_such_file_or_directory);
  CHECK(by_path.message() == "start /no/such/program: No such file or directory");
  const Error by_name = refused(t, {.argv = {"no-such-program-anywhere"}});
  CHECK(by_name == std::errc::no_such_file_or_directory);
  CHECK(by_name.context() == "start no-such-program-anywhere: in the folders of PATH");
}

TEST_CASE("a program that may not be executed is an error") {  // case 181
  ProcessFixture t;
  const File file("#!/bin/sh\n", 0644);

  CHECK(refused(t, {.argv = {file.path}}) == std::errc::permission_denied);
  CHECK(refused(t, {.argv = {"/tmp"}}) == std::errc::permission_denied);
}

TEST_CASE("of a script whose interpreter is missing the error says what is missing") {
  ProcessFixture t;
  const OwnFolder folder;
  std::filesystem::permissions(folder.put("script", "#!/no/such/interpreter\n"),
                               std::filesystem::perms(0755));
  const std::string path = folder / "script";
  const std::string missing = ": the interpreter that its first line names, or its loader";

  const Error by_path = refused(t, {.argv = {path}});
  const Error from_folder = refused(t, {.argv = {"./script"}, .folder = folder.path()});
  const Error absent = refused(t, {.argv = {"./other"}, .folder = folder.path()});

  CHECK(by_path == std::errc::no_such_file_or_directory);
  CHECK(by_path.context() == "start " + path + missing);
  CHECK(from_folder.context() == "start ./script" + missing);
  CHECK(absent.context() == "start ./other");
}

TEST_CASE("a file that PATH finds and that may not be executed is an error of its own") {
  ProcessFixture t;
  const File file("", 0644);
  const std::string before = ::getenv("PATH");
  ::setenv("PATH", "relative:/tmp", 1);

  const Error error = refused(t, {.argv = {file.path.substr(5)}});
  ::setenv("PATH", before.c_str(), 1);

  CHECK(error == std::errc::permission_denied);
  CHECK(error.context() == "start " + file.path.substr(5) + ": " + file.path);
}

TEST_CASE("a program is not looked for where this process happens to be") {
  ProcessFixture t;
  const OwnFolder folder;
  std::filesystem::permissions(folder.put("here", "#!/bin/sh\n"), std::filesystem::perms(0755));
  const std::string path = ::getenv("PATH");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  ::setenv("PATH", ":.:/no/such/folder", 1);

  const Error error = refused(t, {.argv = {"here"}});
  ::setenv("PATH", path.c_str(), 1);
  std::filesystem::current_path(before);

  CHECK(error == std::errc::no_such_file_or_directory);
}

TEST_CASE("a file of no known format is an error, and no shell is tried") {  // case 181
  ProcessFixture t;
  const File file("echo a shell would do this\n", 0755);

  CHECK(refused(t, {.argv = {file.path}}) == std::errc::executable_format_error);
}

TEST_CASE("a folder that does not exist is an error that names it") {  // case 181
  ProcessFixture t;

  const Error error = refused(t, {.argv = {"true"}, .folder = "/no/such/folder"});

  CHECK(error.message() ==
        "start true: go to the folder /no/such/folder: No such file or directory");
}

TEST_CASE("more arguments than the kernel takes are an error") {  // case 181
  ProcessFixture t;
  Command command{.argv = {"true"}};
  command.argv.insert(command.argv.end(), 100, std::string(100'000, 'x'));

  CHECK(refused(t, command) == std::errc::argument_list_too_long);
}

TEST_CASE("a variable that no environment can have is refused before anything is made") {
  ProcessFixture t;

  const Error error = refused(t, {.argv = {"true"}, .environment = {.set = {{"A=B", "x"}}}});

  CHECK(error == Errc::invalid);
  CHECK(error.context() == "start true: the name of the variable \"A=B\" has a '=' in it");
}

TEST_CASE("a descriptor that is not open is an error that names it") {
  ProcessFixture t;

  CHECK(refused(t, {.argv = {"true"}, .output = ChildStdio::descriptor(987)}).context() ==
        "start true: output: descriptor 987");
  CHECK(refused(t, {.argv = {"true"}, .descriptors = {987}}).context() ==
        "start true: descriptor 987");
}

TEST_CASE("a FIFO whose other side is not open is refused, for to open it would be to wait") {
  ProcessFixture t;
  using Mode = ChildStdio::FileMode;
  const OwnFolder folder;
  const std::string fifo = folder / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);

  const Error unwritten =
      refused(t, {.argv = {"cat"}, .input = ChildStdio::file(fifo, Mode::read)});
  CHECK(unwritten == std::errc::operation_would_block);
  CHECK(unwritten.context() == "start cat: input: " + fifo + ": a FIFO that nobody writes to yet");
  const Error unread = refused(t, {.argv = {"cat"}, .output = ChildStdio::file(fifo, Mode::write)});
  CHECK(unread == std::errc::operation_would_block);
  CHECK(unread.context() == "start cat: output: " + fifo + ": a FIFO that nobody reads from yet");
}

TEST_CASE("a limit or a priority that is refused is an error") {
  ProcessFixture t;

  CHECK(refused(t, {.argv = {"true"}, .limits = {{12345, 1, 1}}}).context() ==
        "start true: set its limits");
  CHECK(refused(t, {.argv = {"true"}, .death_signal = 1000}).context() ==
        "start true: set its death signal");
}

TEST_CASE("a child whose parent is gone before it could ask for its signal does not start") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.clone = [](int (*child)(void*), void* top, void* plan, int* pidfd) {
    static_cast<detail::ChildPlan*>(plan)->parent = 0;
    return detail::kernel_process_calls.clone(child, top, plan, pidfd);
  };

  const Error error = refused(t, {.argv = {"true"}});

  CHECK(error == std::errc::no_such_process);
  CHECK(error.context() == "start true: set its death signal");
}

TEST_CASE("no more processes are an error that may pass") {  // case 181
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.clone = [](auto...) {
    return errno = EAGAIN, -1;
  };

  const Error error = refused(t, {.argv = {"true"}});

  CHECK(error == std::errc::resource_unavailable_try_again);
  CHECK(error == retryable);
}

TEST_CASE("no more descriptors are an error that says for what") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.pipe = &failing<EMFILE, int*>;
  faults.table.socket_pair = &failing<EMFILE, int*>;
  faults.table.open = &failing<EMFILE, const char*, int, unsigned>;

  CHECK(refused(t, {.argv = {"true"}, .output = ChildStdio::stream()}).context() ==
        "start true: input: /dev/null");
  CHECK(refused(t, {.argv = {"true"}, .input = ChildStdio::stream()}).context() ==
        "start true: input: make a socket pair");
  CHECK(
      refused(t, {.argv = {"true"}, .input = ChildStdio::inherit(), .output = ChildStdio::stream()})
          .context() == "start true: output: make a pipe");
}

TEST_CASE("a kernel without clone's pidfd is asked for one afterwards") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.clone = [](int (*child)(void*), void* top, void* plan, int*) {
    static int unused;
    const int pid = detail::kernel_process_calls.clone(child, top, plan, &unused);
    ::close(unused);
    return pid;
  };

  CHECK(t.get(t.spawn({.argv = {"/bin/sh", "-c", "exit 4"}}).wait())->code == 4);

  faults.table.pidfd_open = &failing<ENOSYS, int>;
  const Error error = refused(t, {.argv = {"sleep", "60"}});
  CHECK(error == std::errc::function_not_supported);
  CHECK(error.context() == "start sleep: open a pidfd");
}

TEST_CASE("signals during the calls have no effect") {
  ProcessFixture t;
  FaultyCalls faults;
  using Calls = detail::ProcessCalls;
  faults.table.pidfd_send_signal = &every_other<&Calls::pidfd_send_signal, int, int>;
  faults.table.reap = &every_other<&Calls::reap, int, siginfo_t*>;
  faults.table.poll_end = &every_other<&Calls::poll_end, int, int>;
  faults.table.pipe = &every_other<&Calls::pipe, int*>;
  faults.table.socket_pair = &every_other<&Calls::socket_pair, int*>;
  faults.table.open = &every_other<&Calls::open, const char*, int, unsigned>;

  Process child = t.shell("cat");
  CHECK(child.signal(SIGTERM));
  CHECK(t.get(child.wait())->signal == SIGTERM);
  CHECK(refused(t, {.argv = {"/no/such/program"}}) == std::errc::no_such_file_or_directory);
}

TEST_CASE("signals do not prolong the wait for a child that does not end") {
  ProcessFixture t;
  FaultyCalls faults;
  static int first_wait, last_wait, calls;
  calls = 0;
  faults.table.poll_end = [](int pidfd, int milliseconds) {
    (calls == 0 ? first_wait : last_wait) = milliseconds;
    if (++calls == 3) return detail::kernel_process_calls.poll_end(pidfd, milliseconds);
    const auto until = std::chrono::steady_clock::now() + 2ms;
    while (std::chrono::steady_clock::now() < until) {  // as long as a poll may take
    }
    return errno = EINTR, -1;
  };

  CHECK(refused(t, {.argv = {"/no/such/program"}}) == std::errc::no_such_file_or_directory);

  CHECK(first_wait <= 1000);
  CHECK(last_wait < first_wait);
}

TEST_CASE("a child that nobody takes over is killed and reaped") {
  {
    const Command command{.argv = {"sleep", "60"}};
    auto descriptors = detail::open_child_descriptors(command);
    REQUIRE(descriptors.has_value());
    const auto child = detail::spawn_child(command, *descriptors, std::nullopt);
    CHECK(child.has_value());
    CHECK(have_children());
  }

  CHECK_FALSE(have_children());
}

TEST_CASE("a child that a thief has waited for is lost, and whoever waits is told") {  // case 180
  ProcessFixture t;
  Process child = t.shell("read line");
  Future<ExitStatus> ended = child.wait();
  CHECK_FALSE(t.poll(ended));
  const int pid = child.pid();

  child.input() = {};
  CHECK(::waitpid(pid, nullptr, 0) == pid);

  const Result<ExitStatus> lost = t.get(std::move(ended));
  CHECK(lost.error() == std::errc::no_child_process);
  CHECK(lost.error().context() ==
        "process " + std::to_string(pid) + " (/bin/sh): somebody else has waited for it");
  CHECK_FALSE(child.running());
  CHECK_FALSE(child.status().has_value());
  CHECK(t.get(child.wait()).error() == std::errc::no_child_process);
}

TEST_CASE("a child is lost, and nobody hangs, where SIGCHLD is ignored") {  // case 180
  ProcessFixture t;
  ::signal(SIGCHLD, SIG_IGN);
  Process child = t.spawn({.argv = {"true"}});

  const Error error = t.get(child.wait()).error();

  CHECK(error == std::errc::no_child_process);
  CHECK(error.context().find("SIGCHLD is ignored in this process") != std::string_view::npos);
  ::signal(SIGCHLD, SIG_DFL);
}

TEST_CASE("a child is reaped where somebody else handles SIGCHLD, and he is left his own") {  // 179
  ProcessFixture t;
  static int told;
  told = 0;
  ::signal(SIGCHLD, [](int) { ++told; });
  const pid_t foreign = ::fork();
  if (foreign == 0) ::_exit(9);

  CHECK(t.get(t.spawn({.argv = {"/bin/sh", "-c", "exit 4"}}).wait())->code == 4);

  int status = 0;
  CHECK(::waitpid(foreign, &status, 0) == foreign);
  CHECK(WEXITSTATUS(status) == 9);
  CHECK(told > 0);
  ::signal(SIGCHLD, SIG_DFL);
}

TEST_CASE("a number that may be another's is not signalled") {  // case 183
  ProcessFixture t;
  Process child = t.shell("read line");
  FaultyCalls faults;
  faults.table.pidfd_send_signal = [](int pidfd, int signal) {
    ++pidfds_signalled;
    return detail::kernel_process_calls.pidfd_send_signal(pidfd, signal);
  };
  faults.table.kill_group = [](int, int) {
    return ++groups_signalled, 0;
  };
  const int pid = child.pid();
  child.input() = {};
  CHECK(::waitpid(pid, nullptr, 0) == pid);  // a thief: its number is free, and we do not know yet

  child.kill();
  CHECK(child.signal(SIGTERM).error() == std::errc::no_such_process);
  CHECK(t.get(child.terminate()).error() == std::errc::no_child_process);
  CHECK(child.signal(SIGTERM).error() == std::errc::no_such_process);

  CHECK(pidfds_signalled > 0);
  CHECK(groups_signalled == 0);
}

TEST_CASE("a child that has ended and is somebody's to trace is asked again until it is ours") {
  ProcessFixture t;
  early = 2;
  FaultyCalls faults;
  faults.table.reap = [](int pidfd, siginfo_t* info) {
    if (early-- > 0) return info->si_pid = 0;
    return detail::kernel_process_calls.reap(pidfd, info);
  };
  Process child = t.spawn({.argv = {"true"}});
  Future<ExitStatus> ended = child.wait();
  while (early == 2)
    t.loop.turn(true);

  CHECK_FALSE(t.poll(ended));
  t.advance(10ms);
  CHECK(early == 0);
  CHECK_FALSE(t.poll(ended));
  t.advance(10ms);

  CHECK(ended.ready());
  CHECK(t.get(std::move(ended))->success());
}

TEST_CASE("a wait that fails for another reason is told with it") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.reap = &failing<EINVAL, int, siginfo_t*>;
  Process child = t.spawn({.argv = {"true"}});
  const int pid = child.pid();

  CHECK(t.get(child.wait()).error() == std::errc::invalid_argument);

  CHECK(::waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("a signal that ended a child is told, with its core") {  // case 176
  ProcessFixture t;
  CHECK(t.get(t.shell("kill -KILL $$").wait()).value() == ExitStatus{.signal = SIGKILL});
  Command command = Command::shell("kill -ABRT $$");
  command.limits = {{RLIMIT_CORE, 0, 0}};
  CHECK(t.get(t.spawn(command).wait()).value() == ExitStatus{.signal = SIGABRT});
  FaultyCalls faults;
  faults.table.reap = &core_dumped;
  Process child = t.spawn({.argv = {"true"}});
  const int pid = child.pid();

  CHECK(t.get(child.wait())->to_string() == "killed by SIGSEGV (core dumped)");

  CHECK(::waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("a killed child that does not end is left behind, and the log says so") {
  LogCapture log;
  FaultyCalls faults;
  const int pid = [&] {
    Loop loop;
    Process child = *Process::spawn(loop, {.argv = {"sleep", "60"}});
    faults.table.poll_end = [](int, int) {
      return 0;
    };
    faults.table.reap = [](int, siginfo_t* info) {
      return info->si_pid = 0;
    };
    return child.pid();
  }();

  log.expect(log::Level::warning,
             "a child does not end although it was killed; it stays until this process ends",
             {{"pid", pid}});
  CHECK(::waitpid(pid, nullptr, 0) == pid);
}
