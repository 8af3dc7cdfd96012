// SPDX-License-Identifier: MIT
//
// What the tests of files share: a fixture with a directory of its own, and system calls that fail
// on demand.
#pragma once

#include <eddy/io/file.hpp>
#include <eddy/testing/fixture.hpp>

#include <limits>
#include <string>
#include <utility>

#include "io/file_calls.hpp"
#include "own_folder.hpp"
#include "support.hpp"

namespace eddy::testing {

/// As long as it lives, files make the calls that Fault, Gate and Cached concern, and not just the
/// kernel's. To be made before the first loop with files, and to outlive the last.
class FaultyFiles {
 public:
  FaultyFiles();
  FaultyFiles(const FaultyFiles&) = delete;
  FaultyFiles& operator=(const FaultyFiles&) = delete;
  ~FaultyFiles();
};

/// An IoFixture that waits for the threads of files before it looks for leaks.
class FileFixture : FaultyFiles, public IoFixture {
 public:
  explicit FileFixture(Site site = EDDY_HERE) : IoFixture(site) {}
  ~FileFixture() { loop.run(); }

  File open(std::string path, OpenOptions options = {}) {
    return get(open_file(loop, std::move(path), options)).value();
  }
  File open_to_write(std::string path) {
    return open(std::move(path), {.write = true, .create = true});
  }

  const OwnFolder directory;
};

/// The calls that can be made to fail.
enum class FaultyCall {
  open,
  open2,
  close,
  read,
  write,
  truncate,
  sync,
  datasync,
  stat,
  chmod,
  chown,
  lock,
  copy_range,
  rename,
  unlink,
  list,
  count,
};

/// As long as it lives, calls of one kind fail with `code` after the first `good` of them.
///
/// `code` 0 stands for a short read or write: half of what was asked for. Counts all calls.
class Fault {
 public:
  static constexpr int always = 1 << 30;

  Fault() : Fault(FaultyCall::count, 0) {}
  Fault(FaultyCall call, int code, int good = 0, int times = always);
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
  ~Fault();

  /// How many calls of this kind were made.
  static int calls(FaultyCall call);
};

/// Calls of a test's own in the place of others, as long as the fixture lives. To be made before
/// there are threads.
class OwnCalls {
 public:
  template <class Change>
  explicit OwnCalls(Change change) {
    table = *detail::file_calls;
    change(table);
    detail::file_calls = &table;
  }

 private:
  static inline detail::FileCalls table;
};

/// As long as it lives, the kernel has the first `count` octets of each file in memory; otherwise
/// none. Gates and faults do not concern them.
class Cached {
 public:
  explicit Cached(off_t count = std::numeric_limits<off_t>::max());
  Cached(const Cached&) = delete;
  Cached& operator=(const Cached&) = delete;
  ~Cached();
};

/// As long as it lives, reads, writes and lists do not begin before open() was called.
class Gate {
 public:
  Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();
  /// Lets `count` calls pass.
  void open(int count = 1 << 30);
  /// Waits until `count` calls stand before it.
  void wait_for(int count);
};

}  // namespace eddy::testing
