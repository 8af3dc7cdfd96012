// SPDX-License-Identifier: MIT
//
// What a child does between its making and its program, prepared so that it needs nothing but
// system calls.
//
// Private to io. The child runs in its parent's memory while the parent's thread is suspended: it
// writes to its stack and to the two fields at the end of the plan, and to nothing else.
#pragma once

#include <cstddef>
#include <cstdint>

namespace eddy::detail {

struct ProcessCalls;

/// A limit as the kernel's prlimit64() takes it.
struct KernelLimit {
  int resource;
  std::uint64_t values[2];  // soft, hard
};

/// Where a child failed.
enum class ChildStep : std::uint8_t {
  none,
  group,
  signals,
  death_signal,
  limits,
  nice,
  folder,
  stdio,
  descriptors,
  program,
};

struct ChildPlan {
  const ProcessCalls* calls;
  const char* program;
  char* const* argv;
  char* const* envp;
  const char* folder;  // null: stay
  const KernelLimit* limits;
  std::size_t limit_count;
  /// What becomes the descriptors 0, 1, ...: a larger number than all of these, the same number if
  /// it stays, or a smaller one that has been set by then.
  const int* sources;
  int source_count;
  int parent;  // its process number
  int death_signal;
  bool own_group;
  bool own_session;
  bool set_umask;
  unsigned umask;
  bool set_nice;
  int nice;

  // Told by the child.
  ChildStep failed = ChildStep::none;
  int error = 0;
};

/// The child's life, to be run on a stack of its own with all signals blocked. Does not return if
/// the program starts; else exits with 127.
int run_child(void* plan);

// The kernel's own calls of ProcessCalls for the child.
int change_folder_in_child(const char* path);
int close_range_in_child(unsigned first, unsigned last);
int execute_in_child(const char* path, char* const* argv, char* const* envp);

}  // namespace eddy::detail
