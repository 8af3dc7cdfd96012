// SPDX-License-Identifier: MIT
#include <eddy/io/copy_file.hpp>
#include <eddy/io/fs.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

void make_link(const std::string& target, const std::string& path) {
  REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
}

/// Opens a directory that has just made room for a link to the one beside it.
int open_after_swap(int directory, const char* path, int flags, mode_t mode) {
  const std::string place = path;
  REQUIRE(::rename(path, (place + "-moved").c_str()) == 0);
  make_link(place.substr(0, place.rfind('/')) + "/outside", place);
  return ::openat(directory, path, flags, mode);
}

/// Directories inside one another.
void make_deep(FileFixture& t, unsigned depth) {
  std::string path = t.directory / "deep";
  for (unsigned i = 1; i < depth; ++i)
    path += "/d";
  REQUIRE(t.get(fs::mkdirs(t.loop, path)));
}

}  // namespace

TEST_CASE("read_file gives the content, or an error if that is too much") {
  FileFixture t;
  const std::string path = t.directory.put("a", "abc");

  CHECK(t.get(fs::read_file(t.loop, path, 3)).value() == "abc");
  const Error too_much = t.get(fs::read_file(t.loop, path, 2)).error();
  CHECK(too_much == Errc::too_large);
  CHECK(too_much.context() == "read " + path + ": more than 2 octets");
  CHECK(t.get(fs::read_file(t.loop, t.directory / "b", 9)).error() ==
        std::errc::no_such_file_or_directory);
}

TEST_CASE("write_file makes or overwrites a file") {
  FileFixture t;

  CHECK(t.get(fs::write_file(t.loop, t.directory / "a", "first")));
  CHECK(t.get(fs::write_file(t.loop, t.directory / "a", "2nd")));

  CHECK(t.directory.content("a") == "2nd");
}

TEST_CASE("stat follows a symbolic link, lstat does not, exists says whether there is something") {
  FileFixture t;
  make_link(t.directory.put("a", "abc"), t.directory / "link");
  make_link("nowhere", t.directory / "dangling");

  CHECK(t.get(fs::stat(t.loop, t.directory / "link")).value().size == 3);
  CHECK(t.get(fs::lstat(t.loop, t.directory / "link")).value().kind == FileKind::symlink);
  CHECK(t.get(fs::exists(t.loop, t.directory / "link")).value());
  CHECK_FALSE(t.get(fs::exists(t.loop, t.directory / "dangling")).value());
  CHECK_FALSE(t.get(fs::exists(t.loop, t.directory / "a/b")).value());
  CHECK(t.get(fs::exists(t.loop, std::string("a\0b", 3))).error() == Errc::invalid);
}

TEST_CASE("kinds have names for people") {
  FileFixture t;
  const FileStatus status = t.get(fs::stat(t.loop, t.directory.path())).value();

  CHECK(std::string(name_of(status.kind)) == "directory");
}

TEST_CASE("chmod changes the mode") {
  FileFixture t;
  const std::string path = t.directory.put("a");

  CHECK(t.get(fs::chmod(t.loop, path, 0640)));

  CHECK(t.get(fs::stat(t.loop, path)).value().mode == 0640);
}

TEST_CASE("mkdir makes one directory, mkdirs those above it too") {
  FileFixture t;

  CHECK(t.get(fs::mkdir(t.loop, t.directory / "a/b")).error() ==
        std::errc::no_such_file_or_directory);
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "a/b/c")));
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "a/b/c/")));
  CHECK(t.get(fs::mkdir(t.loop, t.directory / "a")).error() == std::errc::file_exists);

  CHECK(t.directory.names("a/b") == "c");
}

TEST_CASE("mkdirs over a file is an error") {
  FileFixture t;
  t.directory.put("a");

  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "a")).error() == std::errc::not_a_directory);
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "a/b")).error() == std::errc::not_a_directory);
}

TEST_CASE("mkdtemp makes a directory that nobody else has") {
  FileFixture t;

  const std::string one = t.get(fs::mkdtemp(t.loop, t.directory / "x-")).value();
  const std::string two = t.get(fs::mkdtemp(t.loop, t.directory / "x-")).value();

  CHECK(one != two);
  CHECK(one.starts_with(t.directory / "x-"));
  CHECK(t.get(fs::stat(t.loop, one)).value().mode == 0700);
}

TEST_CASE("a temporary file has no name and is gone when it is closed") {
  FileFixture t;
  File file = t.get(fs::temporary_file(t.loop, t.directory.path())).value();

  CHECK(t.get(file.write_at(0, "abc")));
  CHECK(t.get(file.read_at(0, 3)).value() == "abc");
  CHECK(t.directory.names().empty());
}

TEST_CASE("a temporary file has no name where the disk makes none without one either") {
  FileFixture t;
  const Fault fault(FaultyCall::open, EOPNOTSUPP, 0, 1);
  File file = t.get(fs::temporary_file(t.loop, t.directory.path())).value();

  CHECK(t.get(file.write_at(0, "abc")));
  CHECK(t.directory.names().empty());
}

TEST_CASE("a path that makes no sense is refused by every call, with what was tried") {
  FileFixture t;
  const std::string nul = t.directory.path() + std::string("\0x", 2);
  const auto refusal = [&t](auto future) {
    const Error error = t.get(std::move(future)).error();
    CHECK(error == Errc::invalid);
    return error.message();
  };

  CHECK(refusal(fs::temporary_file(t.loop, nul)).starts_with("open a temporary file: "));
  CHECK(refusal(fs::temporary_file(t.loop, "")).starts_with("open a temporary file: "));
  CHECK(refusal(fs::chmod(t.loop, nul, 0600)).starts_with("chmod: "));
  CHECK(refusal(fs::mkdir(t.loop, nul)).starts_with("mkdir: "));
  CHECK(refusal(fs::mkdirs(t.loop, nul)).starts_with("mkdir: "));
  CHECK(refusal(fs::mkdtemp(t.loop, nul)).starts_with("mkdtemp: "));
  CHECK(refusal(fs::rename(t.loop, "a", nul)).starts_with("rename: "));
  CHECK(refusal(fs::remove(t.loop, "")).starts_with("remove: "));
  CHECK(refusal(fs::read_link(t.loop, "")).starts_with("read the link: "));
  CHECK(refusal(fs::symlink(t.loop, nul, "a")).starts_with("symlink: "));
  CHECK(t.directory.names().empty());
}

TEST_CASE("rename replaces what was there") {
  FileFixture t;

  CHECK(t.get(fs::rename(t.loop, t.directory.put("a", "new"), t.directory.put("b", "old"))));

  CHECK(t.directory.names() == "b");
  CHECK(t.directory.content("b") == "new");
}

TEST_CASE("an error of rename says from where to where") {
  FileFixture t;

  const Error error = t.get(fs::rename(t.loop, "/no/a", "/no/b")).error();

  CHECK(error.context() == "rename /no/a to /no/b");
}

TEST_CASE("remove takes a file, a link, or an empty directory") {
  FileFixture t;
  make_link(t.directory.put("a"), t.directory / "link");
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "d/e")));

  CHECK(t.get(fs::remove(t.loop, t.directory / "link")));
  CHECK(t.directory.names() == "a d");
  CHECK(t.get(fs::remove(t.loop, t.directory / "d")).error() == std::errc::directory_not_empty);
  CHECK(t.get(fs::remove(t.loop, t.directory / "d/e")));
  CHECK(t.get(fs::remove(t.loop, t.directory / "a")));
  CHECK(t.directory.names() == "d");
  CHECK(t.get(fs::remove(t.loop, t.directory / "a")).error() ==
        std::errc::no_such_file_or_directory);
}

TEST_CASE("remove_all takes a whole tree and counts it") {
  FileFixture t;
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "tree/a/b")));
  t.directory.put("tree/a/b/file");
  t.directory.put("tree/file");

  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree")).value() == 5);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree")).value() == 0);
  CHECK(t.get(fs::remove_all(t.loop, t.directory.put("one"))).value() == 1);
  CHECK(t.directory.names().empty());
}

// hardening 242
TEST_CASE("remove_all never follows a symbolic link, wherever it stands") {
  FileFixture t;
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "tree")));
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "outside")));
  t.directory.put("outside/kept");
  make_link(t.directory / "outside", t.directory / "tree/link");
  make_link(t.directory / "outside", t.directory / "root");

  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree")).value() == 2);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "root")).value() == 1);

  CHECK(t.directory.names("outside") == "kept");
}

// hardening 242
TEST_CASE("remove_all never enters a symbolic link that takes the place of a directory meanwhile") {
  FileFixture t;
  const OwnCalls calls([](detail::FileCalls& table) { table.openat = &open_after_swap; });
  std::filesystem::create_directory(t.directory / "outside");
  std::filesystem::create_directory(t.directory / "tree");
  t.directory.put("outside/kept");

  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree")).error() == std::errc::is_a_directory);

  CHECK(t.directory.names("outside") == "kept");
}

TEST_CASE("remove_all of a tree that is too deep is an error, and of a deep one is none") {
  FileFixture t;
  make_deep(t, fs::remove_depth);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "deep")).value() == fs::remove_depth);
  make_deep(t, fs::remove_depth + 1);

  const Error error = t.get(fs::remove_all(t.loop, t.directory / "deep")).error();

  CHECK(error == Errc::too_large);
  CHECK(error.context().ends_with(": more than 256 levels"));
}

TEST_CASE("remove_all counts what it removed itself, and lets others remove beside it") {
  FileFixture t;
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "tree")));
  {
    const Fault gone_before_it_is_entered(FaultyCall::open, ENOENT, 0, 1);
    CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree")).value() == 0);
  }
  const Fault gone_before_it_is_removed(FaultyCall::unlink, ENOENT, 1, 1);

  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree")).value() == 0);
}

TEST_CASE("remove_all of what has no name of its own is refused, and all in it stays") {
  FileFixture t;
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "tree/inner")));
  t.directory.put("tree/inner/file");
  const Fault count;

  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree/.")).error() == Errc::invalid);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree/inner/..//")).error() == Errc::invalid);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree/./")).error() == Errc::invalid);
  CHECK(Fault::calls(FaultyCall::unlink) == 0);
  CHECK(t.get(fs::remove_all(t.loop, t.directory / "tree/inner/")).value() == 2);
}

TEST_CASE("remove_all stops at the first error and names it") {
  FileFixture t;
  CHECK(t.get(fs::mkdirs(t.loop, t.directory / "tree")));
  t.directory.put("tree/file");
  const Fault fault(FaultyCall::unlink, EROFS, 1);

  const Error error = t.get(fs::remove_all(t.loop, t.directory / "tree")).error();

  CHECK(error == std::errc::read_only_file_system);
  CHECK(error.context() == "remove " + t.directory.path() + "/tree/file");
}

TEST_CASE("a symbolic link tells what was put into it") {
  FileFixture t;

  CHECK(t.get(fs::symlink(t.loop, "some/where", t.directory / "link")));
  CHECK(t.get(fs::read_link(t.loop, t.directory / "link")).value() == "some/where");
  CHECK(t.get(fs::read_link(t.loop, t.directory.put("a"))).error() == std::errc::invalid_argument);
}

TEST_CASE("copy takes content and mode, and leaves nothing else behind") {
  FileFixture t;
  const std::string content(100'000, 'x');
  const std::string from = t.directory.put("a", content);
  CHECK(t.get(fs::chmod(t.loop, from, 0600)));

  CHECK(t.get(fs::copy(t.loop, from, t.directory.put("b", "old"))).value() == content.size());

  CHECK(t.directory.content("b") == content);
  CHECK(t.get(fs::stat(t.loop, t.directory / "b")).value().mode == 0600);
  CHECK(t.directory.names() == "a b");
}

TEST_CASE("copy in place cuts what was longer") {
  FileFixture t;
  const std::string from = t.directory.put("a", "new");
  const std::string to = t.directory.put("b", "old and longer");

  CHECK(t.get(fs::copy(t.loop, from, to, {.atomic = false, .sync = true})).value() == 3);

  CHECK(t.directory.content("b") == "new");
}

TEST_CASE("copy in place keeps the mode too, of a new file and of one that was there") {
  FileFixture t;
  const std::string from = t.directory.put("a", "secret");
  t.directory.put("b", "public");
  CHECK(t.get(fs::chmod(t.loop, from, 0606)));

  CHECK(t.get(fs::copy(t.loop, from, t.directory / "b", {.atomic = false})));
  CHECK(t.get(fs::copy(t.loop, from, t.directory / "c", {.atomic = false})));

  CHECK(t.get(fs::stat(t.loop, t.directory / "b")).value().mode == 0606);
  CHECK(t.get(fs::stat(t.loop, t.directory / "c")).value().mode == 0606);
}

TEST_CASE("copy replaces nothing on a disk, too, that cannot rename in that way") {
  FileFixture t;
  const std::string from = t.directory.put("a", "new");
  const std::string taken = t.directory.put("b", "old");
  const Fault fault(FaultyCall::rename, EINVAL);

  CHECK(t.get(fs::copy(t.loop, from, taken, {.replace = false})).error() == std::errc::file_exists);
  CHECK(t.get(fs::copy(t.loop, from, t.directory / "c", {.replace = false})).value() == 3);

  CHECK(t.directory.content("b") == "old");
  CHECK(t.directory.content("c") == "new");
  CHECK(t.directory.names() == "a b c");
}

TEST_CASE("copy replaces nothing if it is told so") {
  FileFixture t;
  const std::string from = t.directory.put("a", "new");
  const std::string to = t.directory.put("b", "old");

  CHECK(t.get(fs::copy(t.loop, from, to, {.replace = false})).error() == std::errc::file_exists);
  CHECK(t.get(fs::copy(t.loop, from, to, {.replace = false, .atomic = false})).error() ==
        std::errc::file_exists);

  CHECK(t.directory.content("b") == "old");
  CHECK(t.directory.names() == "a b");
}

TEST_CASE("a file is never copied to itself, by whatever name") {
  FileFixture t;
  const std::string from = t.directory.put("a", "abc");
  REQUIRE(::link(from.c_str(), (t.directory / "b").c_str()) == 0);

  CHECK(t.get(fs::copy(t.loop, from, from)).error() == Errc::invalid);
  CHECK(t.get(fs::copy(t.loop, from, t.directory / "b", {.atomic = false})).error() ==
        Errc::invalid);

  CHECK(t.directory.content("a") == "abc");
}

TEST_CASE("copy does by hand what the kernel does not") {
  FileFixture t;
  const std::string content(600'000, 'x');
  const std::string from = t.directory.put("a", content);
  const Fault fault(FaultyCall::copy_range, EXDEV);

  CHECK(t.get(fs::copy(t.loop, from, t.directory / "b")).value() == content.size());

  CHECK(t.directory.content("b") == content);
}

TEST_CASE("copy looks for itself if the kernel has found nothing") {
  FileFixture t;
  const OwnCalls calls([](detail::FileCalls& table) {
    table.copy_file_range = [](int, off_t*, int, off_t*, std::size_t, unsigned) {
      return ssize_t{0};
    };
  });

  CHECK(t.get(fs::copy(t.loop, t.directory.put("a", "abc"), t.directory / "b")).value() == 3);

  CHECK(t.directory.content("b") == "abc");
}

TEST_CASE("a file without a size is copied whole") {
  FileFixture t;

  CHECK(t.get(fs::copy(t.loop, "/proc/self/cmdline", t.directory / "b")).value() > 0);
  CHECK_FALSE(t.directory.content("b").empty());
}

TEST_CASE("an empty file is copied") {
  FileFixture t;

  CHECK(t.get(fs::copy(t.loop, t.directory.put("a"), t.directory / "b")).value() == 0);
  CHECK(t.directory.names() == "a b");
}

// hardening 246
TEST_CASE("a copy that fails leaves the old file, and nothing of its own") {
  FileFixture t;
  const std::string from = t.directory.put("a", "new");
  const std::string to = t.directory.put("b", "old");
  const Fault fault(FaultyCall::copy_range, ENOSPC);

  CHECK(t.get(fs::copy(t.loop, from, to)).error() == std::errc::no_space_on_device);

  CHECK(t.directory.content("b") == "old");
  CHECK(t.directory.names() == "a b");
}

TEST_CASE("a directory and a FIFO are not copied") {
  FileFixture t;
  REQUIRE(::mkfifo((t.directory / "fifo").c_str(), 0600) == 0);

  CHECK(t.get(fs::copy(t.loop, t.directory.path(), t.directory / "b")).error() ==
        std::errc::is_a_directory);
  CHECK(t.get(fs::copy(t.loop, t.directory / "fifo", t.directory / "b")).error() ==
        std::errc::operation_not_supported);
}
