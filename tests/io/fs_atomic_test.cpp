// SPDX-License-Identifier: MIT
#include <eddy/io/copy_file.hpp>
#include <eddy/io/file_threads.hpp>
#include <eddy/io/fs.hpp>
#include <eddy/io/write_atomically.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

template <FaultyCall faulty_call, int errno_value, int good_calls = 0>
struct Fails {
  static constexpr FaultyCall call = faulty_call;
  static constexpr int code = errno_value;
  static constexpr int good = good_calls;
};

std::atomic<unsigned> mode_before = 0;

/// Sees the mode of a file before that is set.
int change_mode(int descriptor, mode_t mode) {
  struct stat found {};
  ::fstat(descriptor, &found);
  mode_before = found.st_mode & 07777U;
  return ::fchmod(descriptor, mode);
}

}  // namespace

TEST_CASE("write_atomically makes a file, or replaces its content") {
  FileFixture t;

  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a", "first")));
  CHECK(t.directory.content("a") == "first");
  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a", "second")));

  CHECK(t.directory.content("a") == "second");
  CHECK(t.directory.names() == "a");
}

TEST_CASE("who has the old file open reads it to its end") {
  FileFixture t;
  File old = t.open(t.directory.put("a", "old"));

  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a", "new")));

  CHECK(t.get(old.read_at(0, 10)).value() == "old");
}

TEST_CASE("file and directory are on the disk before it resolves, unless that is not wanted") {
  FileFixture t;
  {
    const Fault count;
    CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a", "x")));
    CHECK(Fault::calls(FaultyCall::sync) == 2);
  }
  const Fault count;

  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a", "x", {.sync = false})));

  CHECK(Fault::calls(FaultyCall::sync) == 0);
}

TEST_CASE("a file that was private stays private, unless that is not wanted") {
  FileFixture t;
  const std::string path = t.directory.put("a", "secret");
  CHECK(t.get(fs::chmod(t.loop, path, 0600)));

  CHECK(t.get(fs::write_atomically(t.loop, path, "new secret")));
  CHECK(t.get(fs::stat(t.loop, path)).value().mode == 0600);
  CHECK(t.get(fs::write_atomically(t.loop, path, "public", {.mode = 0604, .keep_mode = false})));

  CHECK(t.get(fs::stat(t.loop, path)).value().mode == 0604);
}

TEST_CASE("the new content of a private file is never to be had by others, nor is a copy of it") {
  FileFixture t;
  const OwnCalls calls([](detail::FileCalls& table) { table.fchmod = &change_mode; });
  const std::string path = t.directory.put("a", "secret");
  REQUIRE(::chmod(path.c_str(), 0600) == 0);

  CHECK(t.get(fs::write_atomically(t.loop, path, "new secret")));
  CHECK(mode_before == 0600);
  CHECK(t.get(fs::copy(t.loop, path, t.directory / "b")));

  CHECK(mode_before == 0600);
}

TEST_CASE("the owner is kept if that is wanted, and that it cannot be is an error") {
  FileFixture t;
  const std::string path = t.directory.put("a", "old");
  CHECK(t.get(fs::write_atomically(t.loop, path, "new", {.keep_owner = true})));
  CHECK(t.directory.content("a") == "new");
  const Fault fault(FaultyCall::chown, EPERM);

  const Error error =
      t.get(fs::write_atomically(t.loop, path, "newer", {.keep_owner = true})).error();

  CHECK(error == std::errc::operation_not_permitted);
  CHECK(error.context() == "set the owner of " + path);
  CHECK(t.directory.content("a") == "new");
}

TEST_CASE("a symbolic link is replaced, and what it points to is left alone") {
  FileFixture t;
  const std::string target = t.directory.put("target", "old");
  REQUIRE(::symlink(target.c_str(), (t.directory / "link").c_str()) == 0);

  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "link", "new")));

  CHECK(t.directory.content("target") == "old");
  CHECK(t.get(fs::lstat(t.loop, t.directory / "link")).value().kind == FileKind::regular);
}

TEST_CASE("a path that names no file is refused") {
  FileFixture t;

  CHECK(t.get(fs::write_atomically(t.loop, "", "x")).error() == Errc::invalid);
  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a/", "x")).error() == Errc::invalid);
  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "no/a", "x")).error() ==
        std::errc::no_such_file_or_directory);
}

// hardening 246
TEST_CASE_TEMPLATE("whatever fails, the old file is as it was and the temporary one is gone",
                   Case,
                   Fails<FaultyCall::open, EROFS, 1>,
                   Fails<FaultyCall::open, EDQUOT, 1>,
                   Fails<FaultyCall::write, ENOSPC>,
                   Fails<FaultyCall::write, EDQUOT>,
                   Fails<FaultyCall::write, EIO>,
                   Fails<FaultyCall::chmod, EROFS>,
                   Fails<FaultyCall::sync, EIO>,
                   Fails<FaultyCall::sync, ENOSPC>,
                   Fails<FaultyCall::sync, EDQUOT>,
                   Fails<FaultyCall::close, EIO>,
                   Fails<FaultyCall::close, EDQUOT>,
                   Fails<FaultyCall::rename, EROFS>,
                   Fails<FaultyCall::rename, ENOSPC>) {
  FileFixture t;
  const std::string path = t.directory.put("a", "old");
  const Fault fault(Case::call, Case::code, Case::good, 1);

  const Error error = t.get(fs::write_atomically(t.loop, path, "new")).error();

  CHECK(error.code().value() == Case::code);
  CHECK(error.message().find(path) != std::string::npos);
  CHECK(t.directory.content("a") == "old");
  CHECK(t.directory.names() == "a");
}

// hardening 246
TEST_CASE("a directory that cannot be brought to the disk is an error, though the file is new") {
  FileFixture t;
  const std::string path = t.directory.put("a", "old");
  const Fault fault(FaultyCall::sync, EIO, 1);

  const Error error = t.get(fs::write_atomically(t.loop, path, "new")).error();

  CHECK(error.context() == "sync the directory of " + path);
  CHECK(t.directory.content("a") == "new");
  CHECK(t.directory.names() == "a");
}

TEST_CASE("a disk whose directories cannot be synced is none that fails") {
  FileFixture t;
  const Fault fault(FaultyCall::sync, EINVAL, 1);

  CHECK(t.get(fs::write_atomically(t.loop, t.directory / "a", "new")));

  CHECK(Fault::calls(FaultyCall::sync) == 2);
}

TEST_CASE("a write that is given up before its file has its name changes nothing") {
  FileFixture t;
  REQUIRE(set_file_threads(t.loop, {.threads = 1}));
  const std::string path = t.directory.put("a", "old");
  Gate gate;
  auto write = fs::write_atomically(t.loop, path, "new");
  gate.wait_for(1);

  write = {};
  gate.open();
  CHECK(t.get(fs::exists(t.loop, path)).value());  // by the only thread, after the write

  CHECK(t.directory.content("a") == "old");
  CHECK(t.directory.names() == "a");
}
