// SPDX-License-Identifier: MIT
//
// A program to run, with all that it gets from this process: arguments, environment, descriptors,
// limits.
//
//     Command{.argv = {"sort", "-u"}, .input = ChildStdio::stream(), .output =
//     ChildStdio::stream()}
//
// To run it see io/process.hpp, to keep it running services/respawning_process.hpp.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/child_stdio.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

/// The environment of a child: that of this process with changes, or exactly what is set.
///
/// This process's variables are read when the child is made; no other thread may change them then.
struct ChildEnvironment {
  bool inherit = true;
  std::vector<std::pair<std::string, std::string>> set = {};  ///< name, value; the last one counts
  std::vector<std::string> unset = {};                        ///< taken out of what is inherited
};

/// A limit of a child, as setrlimit() has it.
struct ResourceLimit {
  static constexpr std::uint64_t unlimited = ~std::uint64_t{0};

  int resource;  ///< RLIMIT_...
  std::uint64_t soft;
  std::uint64_t hard;
};

/// Which processes a child is signalled together with, by us and by a terminal.
enum class ChildGroup : std::uint8_t {
  own,      ///< one that it leads: whatever it starts is signalled with it, and Ctrl-C is not
  session,  ///< the same in a session of its own, without a terminal
  ours,     ///< that of this process: for programs that talk to the terminal; only the child itself
            ///< is signalled
};

/// How to make a child process. Copyable.
///
/// Always: signal dispositions and the signal mask are reset; all descriptors but the ones named
/// here are closed; the soft limit of open files is what it was before a Supervisor raised it.
/// Thread: any; a value.
struct EDDY_EXPORT Command {
  /// Program and arguments. Without a '/' the program is looked for in the PATH of this process,
  /// in its absolute folders only; with one, a relative name counts from `folder`.
  std::vector<std::string> argv = {};
  ChildEnvironment environment = {};
  std::string folder = {};  ///< where the child starts; empty: where this process is

  ChildStdio input = ChildStdio::null();  ///< a child must not read a terminal by accident
  ChildStdio output = ChildStdio::inherit();
  ChildStdio errors = ChildStdio::inherit();
  std::vector<int> descriptors = {};  ///< copies of these become the child's 3, 4, ...

  ChildGroup group = ChildGroup::own;
  /// When the program has ended, what is left of its group is killed; not with ChildGroup::ours.
  bool end_group = false;
  /// What the child gets when the thread that made it ends, however that comes about; 0: nothing.
  /// By default SIGKILL, so that no child outlives us. The kernel forgets it if the program is
  /// set-user-ID, and grandchildren do not get it.
  int death_signal = 9;

  std::vector<ResourceLimit> limits = {};
  std::optional<unsigned> umask = std::nullopt;
  std::optional<int> nice = std::nullopt;  ///< -20 to 19

  /// Lets /bin/sh interpret `text`. Never put together from what strangers sent.
  static Command shell(std::string text);

  /// Refuses what no system call would report: an empty argv; an octet 0 in any text; names of
  /// variables that are empty or have a '='; arguments and variables longer than the kernel takes;
  /// a priority or umask that there is not.
  ///
  /// Errors: Errc::invalid or std::errc::argument_list_too_long; the context names the culprit.
  Result<void> validate() const;
};

}  // namespace eddy
