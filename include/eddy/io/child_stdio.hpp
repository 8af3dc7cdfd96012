// SPDX-License-Identifier: MIT
//
// What a child process has as its standard input, output or errors; a part of io/command.hpp.
#pragma once

#include <eddy/base/config.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace eddy {

/// One of the three standard descriptors of a child.
///
/// Thread: any; a value.
class ChildStdio {
 public:
  enum class Kind : std::uint8_t { inherit, null, stream, file, descriptor, merged };
  enum class FileMode : std::uint8_t {
    read,      ///< must exist
    write,     ///< made, or emptied
    append,    ///< made if it does not exist
    make_new,  ///< must not exist
  };

  /// The same as this process has; /dev/null if it has none, or one that is closed in programs that
  /// it starts (FD_CLOEXEC).
  static ChildStdio inherit() noexcept { return ChildStdio(Kind::inherit); }
  /// /dev/null.
  static ChildStdio null() noexcept { return ChildStdio(Kind::null); }
  /// A stream of this process: Process::input(), output() or errors().
  static ChildStdio stream() noexcept { return ChildStdio(Kind::stream); }
  /// A file, opened before the child is made; a relative path counts from this process's folder. To
  /// open a FIFO never waits: its other side must be open, or spawn() fails with
  /// std::errc::operation_would_block.
  static ChildStdio file(std::string path, FileMode mode) {
    ChildStdio made(Kind::file);
    made.path_ = std::move(path);
    made.mode_ = mode;
    return made;
  }
  /// A copy of `number`, which stays the caller's.
  static ChildStdio descriptor(int number) noexcept {
    ChildStdio made(Kind::descriptor);
    made.number_ = number;
    return made;
  }
  /// For errors alone: the same as the output.
  static ChildStdio merged() noexcept { return ChildStdio(Kind::merged); }

  Kind kind() const noexcept { return kind_; }
  const std::string& path() const noexcept { return path_; }
  FileMode mode() const noexcept { return mode_; }
  int number() const noexcept { return number_; }

 private:
  explicit ChildStdio(Kind kind) noexcept : kind_(kind) {}

  Kind kind_;
  FileMode mode_ = FileMode::read;
  int number_ = -1;
  std::string path_;
};

}  // namespace eddy
