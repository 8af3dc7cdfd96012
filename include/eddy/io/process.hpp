// SPDX-License-Identifier: MIT
//
// A child process: made, fed, listened to, waited for, ended.
//
//     auto child = Process::spawn(loop, {.argv = {"sort"}, .input = ChildStdio::stream(),
//                                        .output = ChildStdio::stream()});
//     child->communicate("b\na\n").then([](ProcessOutput made) { ... });
//
// For one command from beginning to end use run_command(); to bound how many there are at once,
// io/process_limit.hpp; to keep a program running, services/respawning_process.hpp. Linux 5.4 or
// later; on other systems spawn() fails with std::errc::function_not_supported.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/result.hpp>
#include <eddy/core/future.hpp>
#include <eddy/io/command.hpp>
#include <eddy/io/exit_status.hpp>
#include <eddy/io/stream.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace eddy {

namespace detail {
class ProcessBlock;
}

/// What communicate() collects.
struct ProcessOutput {
  ExitStatus status;
  std::string output;
  std::string errors;
  /// Others, started by the program, still hold its output open: what they write is not in here.
  bool cut = false;
};

struct CommunicateOptions {
  /// More than this of output or of errors is an error, and the program is killed.
  std::size_t limit = 16 * 1024 * 1024;
  /// When the program has ended, others that hold its output may still write for so long.
  Duration grace = std::chrono::seconds(1);
};

/// A child of this process.
///
/// It is watched through a pidfd: no other child is ever waited for, and no process that got the
/// number of one that has ended is ever signalled. One pointer, move-only. An empty one can only be
/// assigned, destroyed, and asked whether it is running().
/// Thread: loop.
/// Lifetime: as close(). May outlive its loop, which kills and reaps the child when it ends.
class EDDY_EXPORT Process {
 public:
  static constexpr Duration default_grace = std::chrono::seconds(5);

  Process() noexcept = default;
  Process(Process&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Process& operator=(Process&& other) noexcept;
  /// As close().
  ~Process();

  /// Makes a child process that runs `command`.
  ///
  /// Blocks until the program has been loaded, which is when it is known to exist and to be fit.
  /// Errors: those of Command::validate(); std::errc::no_such_file_or_directory,
  /// permission_denied, executable_format_error, argument_list_too_long,
  /// resource_unavailable_try_again and so on: the context names the program and what failed.
  [[nodiscard]] static Result<Process> spawn(Loop& loop,
                                             const Command& command,
                                             Site site = EDDY_HERE);

  /// Its number; 0 if it has ended, for the number may be another's by then.
  int pid() const noexcept;
  bool running() const noexcept;
  /// How it ended; nothing as long as it runs, and if it was lost.
  std::optional<ExitStatus> status() const noexcept;

  /// The other ends of the standard descriptors that are ChildStdio::stream(); else empty. They may
  /// be moved out. Input is half of a socket pair, whose shutdown() the program sees as the end of
  /// its input; output and errors are pipes, to be read only.
  Stream& input() const noexcept;
  Stream& output() const noexcept;
  Stream& errors() const noexcept;

  /// Resolves when the program has ended, at once if it has; several may wait.
  ///
  /// Errors: std::errc::no_child_process if its status was lost, because somebody in this process
  /// waits for children that are not his, or SIGCHLD is ignored (which a Supervisor sets back);
  /// Errc::closed.
  /// Cancel: total; the program goes on.
  [[nodiscard]] Future<ExitStatus> wait(Site site = EDDY_HERE);

  /// Sends `number` to the program alone.
  ///
  /// Errors: std::errc::no_such_process if it has ended; std::errc::operation_not_permitted if it
  /// runs as somebody else; Errc::closed.
  Result<void> signal(int number) noexcept;
  /// Sends `number`, and SIGCONT in case it is stopped, to the program and its group; kills them
  /// after `grace`, which is logged, and what is left of the group when the program has ended.
  /// Resolves as wait().
  ///
  /// Of several calls the shortest grace counts. Cancel: the program is ended all the same.
  [[nodiscard]] Future<ExitStatus> terminate(Duration grace = default_grace,
                                             int number = 15,
                                             Site site = EDDY_HERE);
  /// SIGKILL for the program and its group. wait() tells when it has ended. That the kernel
  /// refuses, for the program runs as somebody else, is logged.
  void kill() noexcept;

  /// Writes `input` and ends the program's input, reads output and errors, and resolves when the
  /// program has ended. Takes over those of the streams that there are.
  ///
  /// That the program does not read all of its input is not an error. If its output cannot be read
  /// to the end, or is too large, the program is killed.
  /// Errors: Errc::too_large, those of wait() and of reading; Errc::invalid for an `input` where
  /// there is no stream for it, and then nothing happens. Cancel: partial; the program goes on,
  /// without streams.
  [[nodiscard]] Future<ProcessOutput> communicate(std::string input = {},
                                                  CommunicateOptions options = {},
                                                  Site site = EDDY_HERE);

  /// Closes the streams and kills the program and its group, if it runs. The loop stays alive until
  /// it is reaped, so that no zombie is left. Futures that wait fail with Errc::closed.
  void close() noexcept;

 private:
  friend class detail::ProcessBlock;

  explicit Process(detail::ProcessBlock* block) noexcept : block_(block) {}
  detail::ProcessBlock& checked() const noexcept;

  detail::ProcessBlock* block_ = nullptr;
};

/// Runs `command` from beginning to end, its output and errors collected.
///
/// Replaces the command's standard descriptors, but for errors that are merged.
/// Errors: those of Process::spawn() and Process::communicate(). Cancel: partial; the program is
/// killed with its group.
[[nodiscard]] EDDY_EXPORT Future<ProcessOutput> run_command(Loop& loop,
                                                            Command command,
                                                            std::string input = {},
                                                            CommunicateOptions options = {},
                                                            Site site = EDDY_HERE);

/// The soft limit of open files that children of this loop get, unless their Command has another;
/// a Supervisor that raises this process's limit sets it to the old one. Thread: loop.
EDDY_EXPORT void set_child_file_limit(Loop& loop, std::optional<unsigned long long> limit);

}  // namespace eddy
