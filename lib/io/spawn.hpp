// SPDX-License-Identifier: MIT
//
// Makes a child process: the parent's side. See child_plan.hpp for the child's.
//
// Private to io.
#pragma once

#include <eddy/io/command.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/loop_impl.hpp"
#include "io/system.hpp"

namespace eddy::detail {

/// What the children of a loop have in common.
class ChildDefaults final : public LoopAttachment {
 public:
  static constexpr AttachmentSlot slot = AttachmentSlot::processes;

  std::optional<unsigned long long> file_limit;
};

/// A child that runs its program. Killed and reaped unless somebody else does, and closes its
/// pidfd.
struct SpawnedChild {
  SpawnedChild(int number, Descriptor&& handle) noexcept : pid(number), pidfd(std::move(handle)) {}
  SpawnedChild(SpawnedChild&&) noexcept = default;
  SpawnedChild& operator=(SpawnedChild&&) = delete;
  ~SpawnedChild();

  int pid;
  Descriptor pidfd;
};

/// What becomes a descriptor of a child, and the other end of it, if that is ours.
struct ChildEnds {
  Descriptor ours{-1};
  Descriptor theirs{-1};
  int source = -1;  // what the child makes a copy of: `theirs`, or one that it has anyway
};

/// Opens what `command` asks for: what becomes the child's descriptors 0, 1, 2 and so on.
Result<std::vector<ChildEnds>> open_child_descriptors(const Command& command);

/// The file that `name` is for a command: see Command::argv.
Result<std::string> find_program(const std::string& name);

/// Starts the program; gives an error if it does not start, with nothing left of the child.
Result<SpawnedChild> spawn_child(const Command& command,
                                 const std::vector<ChildEnds>& descriptors,
                                 std::optional<unsigned long long> file_limit);

/// Waits up to a second for a child that was killed, so that no zombie is left.
void reap_killed(int pid, int pidfd) noexcept;

}  // namespace eddy::detail
