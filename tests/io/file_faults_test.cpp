// SPDX-License-Identifier: MIT
//
// What fails in the kernel: full and read-only disks, broken ones, signals, short reads and writes.
#include <pthread.h>

#include <cerrno>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

template <int errno_value>
struct Code {
  static constexpr int code = errno_value;
};

/// As long as it lives no thread can be made: none has room for such a stack.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 50);
    REQUIRE(pthread_setattr_default_np(&huge) == 0);
    pthread_attr_destroy(&huge);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

}  // namespace

// hardening 246
TEST_CASE("a full device tells so, in the kernel's own words") {
  FileFixture t;
  File full = t.open("/dev/full", {.write = true, .special = true});

  const Error error = t.get(full.write_at(0, "abc")).error();

  CHECK(error == std::errc::no_space_on_device);
  CHECK(error.context() == "write /dev/full at 0");
}

// hardening 246
TEST_CASE_TEMPLATE("a disk that is full, over quota, broken or read-only is told by every call",
                   Fails,
                   Code<ENOSPC>,
                   Code<EDQUOT>,
                   Code<EIO>,
                   Code<EROFS>) {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  const std::error_code code(Fails::code, std::system_category());

  {
    const Fault fault(FaultyCall::write, Fails::code);
    CHECK(t.get(file.write_at(7, "abc")).error() == code);
  }
  {
    const Fault fault(FaultyCall::sync, Fails::code);
    CHECK(t.get(file.sync()).error() == code);
  }
  {
    const Fault fault(FaultyCall::datasync, Fails::code);
    CHECK(t.get(file.datasync()).error() == code);
  }
  {
    const Fault fault(FaultyCall::close, Fails::code);
    CHECK(t.get(file.close()).error() == code);
  }
}

// hardening 246
TEST_CASE("an error of a close that nobody waits for is reported as unread") {
  FileFixture t;
  File file = t.open(t.directory.put("a"));
  const Fault fault(FaultyCall::close, EIO);

  file = {};
  t.loop.run();
  const auto unread = t.take_unread();

  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == std::errc::io_error);
  CHECK(unread[0].error.context() == "close " + t.directory.path() + "/a");
}

TEST_CASE("an error of a close whose future was dropped is reported as unread") {
  FileFixture t;
  File file = t.open(t.directory.put("a"));
  const Fault fault(FaultyCall::close, EDQUOT);

  { auto dropped = file.close(); }
  t.loop.run();

  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a short write is continued until all is written") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  const Fault fault(FaultyCall::write, 0);

  CHECK(t.get(file.write_at(0, "abcdefgh")));

  CHECK(Fault::calls(FaultyCall::write) == 4);
  CHECK(t.directory.content("a") == "abcdefgh");
}

TEST_CASE("a write that takes nothing and says no reason is an error, and is not tried for ever") {
  FileFixture t;
  const OwnCalls calls([](detail::FileCalls& table) {
    table.pwrite = [](int, const void*, std::size_t, off_t) {
      return ssize_t{0};
    };
  });
  File file = t.open_to_write(t.directory / "a");

  CHECK(t.get(file.write_at(0, "abc")).error() == std::errc::io_error);
}

TEST_CASE("an error after a short write names the octet where it stopped") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  CHECK(t.get(file.write_at(0, "01234567")));
  const Fault fault(FaultyCall::write, ENOSPC);

  const Error error = t.get(file.write_at(8, "abc")).error();

  CHECK(error.context() == "write " + t.directory.path() + "/a at 8");
  CHECK(t.directory.content("a") == "01234567");
}

TEST_CASE("a short read is continued until all is read") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abcdefgh"));
  const Fault fault(FaultyCall::read, 0);

  CHECK(t.get(file.read_at(0, 8)).value() == "abcdefgh");
  CHECK(Fault::calls(FaultyCall::read) == 4);
}

// hardening 85
TEST_CASE("signals during the calls of a file have no effect") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");

  {
    const Fault interrupted(FaultyCall::write, EINTR, 0, 3);
    CHECK(t.get(file.write_at(0, "abc")));
  }
  {
    const Fault interrupted(FaultyCall::read, EINTR, 0, 3);
    CHECK(t.get(file.read_at(0, 3)).value() == "abc");
  }
  {
    const Fault interrupted(FaultyCall::sync, EINTR, 0, 3);
    CHECK(t.get(file.sync()));
  }
  {
    const Fault interrupted(FaultyCall::open, EINTR, 0, 3);
    CHECK(t.get(open_file(t.loop, t.directory / "a")));
  }
}

TEST_CASE("a close that a signal interrupts is not tried again: the descriptor may be another's") {
  FileFixture t;
  File file = t.open(t.directory.put("a"));
  const Fault interrupted(FaultyCall::close, EINTR);

  CHECK(t.get(file.close()));
  CHECK(Fault::calls(FaultyCall::close) == 1);
}

TEST_CASE("an open that fails after it made a descriptor closes it") {
  FileFixture t;
  const Fault fault(FaultyCall::stat, EIO);

  CHECK(t.get(open_file(t.loop, t.directory.put("a"))).error() == std::errc::io_error);
  CHECK(Fault::calls(FaultyCall::close) == 1);
}

TEST_CASE("exhausted descriptors are told by the open, and the next one goes well") {
  FileFixture t;
  const std::string path = t.directory.put("a");
  const Fault fault(FaultyCall::open, EMFILE, 0, 1);

  CHECK(t.get(open_file(t.loop, path)).error() == std::errc::too_many_files_open);
  CHECK(t.get(open_file(t.loop, path)));
}

// hardening 202
TEST_CASE("without threads the first call fails, and later ones go well when there are some") {
  FileFixture t;
  const std::string path = t.directory.put("a", "abc");
  {
    const NoThreads none;
    CHECK(t.get(open_file(t.loop, path)).error() == std::errc::resource_unavailable_try_again);
  }

  CHECK(t.get(t.open(path).read_at(0, 3)).value() == "abc");
}
