// SPDX-License-Identifier: MIT
//
// The file of a Unix socket: who may remove it, and how two servers that start together do not take
// it from each other. Private to io.
#pragma once

#include <eddy/base/address.hpp>

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "io/system.hpp"

namespace eddy::detail {

/// The file that a socket of ours was bound to.
///
/// It is told from one that another has put there by its inode, which stays taken for as long as
/// the socket is open: remove() before closing.
class LocalPath {
 public:
  /// Remembers the file at `path` as ours; null if there is none.
  static std::unique_ptr<LocalPath> of(std::string path);

  /// Removes the file, if it is still ours.
  void remove() const noexcept;

 private:
  LocalPath(std::string path, dev_t device, ino_t inode) noexcept
      : path_(std::move(path)), device_(device), inode_(inode) {}

  std::string path_;
  dev_t device_;
  ino_t inode_;
};

/// Keeps other servers from binding sockets in a directory: between the proof that a socket there
/// is stale and its removal, and between bind() and listen(), when a new one looks stale.
class DirectoryLock {
 public:
  /// Takes the lock of the directory of `path`, for which it waits a short while.
  ///
  /// Gives no lock for a directory that may not be read. Errors: a negative errno, -EBUSY if
  /// somebody else keeps the lock.
  int take(const std::string& path) noexcept;

 private:
  std::optional<Descriptor> directory_;
};

/// Removes a socket at the path of `address` that nobody listens on. Gives a negative errno, and in
/// `cause` what is there if it is something else.
int remove_stale(const Address& address, const char*& cause) noexcept;

/// Before bind(): the file is created with no more permissions than `mode`. Gives a negative errno.
int limit_mode(int descriptor, unsigned mode) noexcept;
/// After bind() and before listen(): adds what the umask took. Gives a negative errno.
int complete_mode(const std::string& path, unsigned mode) noexcept;

}  // namespace eddy::detail
