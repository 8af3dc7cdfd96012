// SPDX-License-Identifier: MIT
#include <eddy/io/walk.hpp>

#include <eddy/core/iterate.hpp>
#include <eddy/io/file_threads.hpp>
#include <eddy/io/fs.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// The paths of the entries below the scratch directory, sorted; errors have a "!" behind them.
std::string listing(FileFixture& t, AsyncIterator<fs::DirectoryEntry> entries) {
  std::vector<std::string> found;
  const auto collected = t.get(std::move(entries).collect()).value();
  for (const fs::DirectoryEntry& entry : collected) {
    found.push_back(entry.path.substr(t.directory.path().size() + 1) + (entry.error ? "!" : ""));
  }
  std::sort(found.begin(), found.end());
  std::string all;
  for (const std::string& path : found)
    all += (all.empty() ? "" : " ") + path;
  return all;
}

void make_tree(FileFixture& t) {
  REQUIRE(t.get(fs::mkdirs(t.loop, t.directory / "a/b/c")));
  t.directory.put("a/one");
  t.directory.put("a/b/two");
  t.directory.put("three");
}

}  // namespace

TEST_CASE("scandir gives what is in one directory") {
  FileFixture t;
  make_tree(t);

  CHECK(listing(t, fs::scandir(t.loop, t.directory.path())) == "a three");
}

TEST_CASE("entries tell name, kind and depth") {
  FileFixture t;
  t.directory.put("a");
  const auto entries = t.get(fs::scandir(t.loop, t.directory.path()).collect()).value();

  REQUIRE(entries.size() == 1);
  CHECK(entries[0].name() == "a");
  CHECK(entries[0].kind == FileKind::regular);
  CHECK(entries[0].depth == 1);
  CHECK_FALSE(entries[0].error);
}

TEST_CASE("walk gives a whole tree, each directory before what is in it") {
  FileFixture t;
  make_tree(t);

  const auto entries = t.get(fs::walk(t.loop, t.directory.path()).collect()).value();
  const auto at = [&](std::string_view path) {
    return std::find_if(entries.begin(), entries.end(), [&](const fs::DirectoryEntry& entry) {
      return entry.path == t.directory / path;
    });
  };

  CHECK(entries.size() == 6);
  CHECK(at("a") < at("a/b"));
  CHECK(at("a/b") < at("a/b/c"));
  CHECK(at("a/b/c")->depth == 3);
}

TEST_CASE("walk goes no deeper than it is told") {
  FileFixture t;
  make_tree(t);

  CHECK(listing(t, fs::walk(t.loop, t.directory.path(), {.max_depth = 2})) == "a a/b a/one three");
}

TEST_CASE("walk follows symbolic links only if it is told, and never in a circle") {
  FileFixture t;
  make_tree(t);
  REQUIRE(::symlink("a", (t.directory / "link").c_str()) == 0);
  REQUIRE(::symlink("..", (t.directory / "a/b/up").c_str()) == 0);

  CHECK(listing(t, fs::walk(t.loop, t.directory.path())) ==
        "a a/b a/b/c a/b/two a/b/up a/one link three");
  CHECK(listing(t, fs::walk(t.loop, t.directory / "link", {.follow_symlinks = true})) ==
        "link/b link/b/c link/b/two link/b/up link/b/up! link/one");
}

TEST_CASE("a root that is missing is an error") {
  FileFixture t;
  auto entries = fs::walk(t.loop, t.directory / "no");

  CHECK(t.get(entries.next()).error() == std::errc::no_such_file_or_directory);
  CHECK(entries.ended());
  CHECK(t.get(fs::scandir(t.loop, t.directory.put("a")).next()).error() ==
        std::errc::not_a_directory);
  CHECK(t.get(fs::scandir(t.loop, "").next()).error() == Errc::invalid);
}

TEST_CASE("a directory that cannot be entered is told by its entry, and the walk goes on") {
  FileFixture t;
  make_tree(t);
  const Fault fault(FaultyCall::open, EACCES, 1, 1);

  CHECK(listing(t, fs::walk(t.loop, t.directory.path())) == "a a! three");
}

TEST_CASE("a directory that cannot be entered ends the walk if it is told so") {
  FileFixture t;
  make_tree(t);
  const Fault fault(FaultyCall::open, EACCES, 1, 1);

  CHECK(t.get(fs::walk(t.loop, t.directory.path(), {.errors_end = true}).collect()).error() ==
        std::errc::permission_denied);
}

TEST_CASE("what was found before the error that ends a walk is given, and nothing after it") {
  FileFixture t;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(t.get(fs::mkdir(t.loop, t.directory / name)));
  const Fault fault(FaultyCall::open, EACCES, 1, 1);
  std::size_t found = 0;

  auto walked = fs::walk(t.loop, t.directory.path(), {.errors_end = true})
                    .for_each([&found](const fs::DirectoryEntry&) { ++found; });

  CHECK(t.get(std::move(walked)).error() == std::errc::permission_denied);
  CHECK(found == 1);
}

TEST_CASE("an error that comes when nobody asks is told to who asks next") {
  FileFixture t;
  auto entries = fs::scandir(t.loop, t.directory / "no");
  { auto dropped = entries.next(); }
  t.loop.run();

  CHECK(t.get(entries.next()).error() == std::errc::no_such_file_or_directory);
}

TEST_CASE("the list of a root that breaks off is an error, of one below told by its entry") {
  FileFixture t;
  REQUIRE(t.get(fs::mkdir(t.loop, t.directory / "a")));
  t.directory.put("a/one");
  {
    const Fault fault(FaultyCall::list, EIO, 1, 1);
    CHECK(t.get(fs::scandir(t.loop, t.directory.path()).collect()).error() == std::errc::io_error);
  }
  const Fault fault(FaultyCall::list, EIO, 3, 1);

  CHECK(listing(t, fs::walk(t.loop, t.directory.path())).find("a!") != std::string::npos);
}

TEST_CASE("a signal while a directory is listed has no effect") {
  FileFixture t;
  make_tree(t);
  const Fault fault(FaultyCall::list, EINTR, 1, 2);

  CHECK(listing(t, fs::scandir(t.loop, t.directory.path())) == "a three");
}

TEST_CASE("a large directory comes in groups, and whole") {
  FileFixture t;
  for (int i = 0; i < 300; ++i)
    t.directory.put(std::to_string(i));

  CHECK(t.get(fs::scandir(t.loop, t.directory.path()).collect()).value().size() == 300);
}

TEST_CASE("an entry that was asked for in vain goes to who asks next") {
  FileFixture t;
  t.directory.put("a");
  auto entries = fs::scandir(t.loop, t.directory.path());
  Gate gate;
  {
    auto dropped = entries.next();
    gate.wait_for(1);
  }
  auto next = entries.next();
  gate.open();

  CHECK(t.get(std::move(next)).value()->name() == "a");
  CHECK_FALSE(t.get(entries.next()).value());
}

TEST_CASE("a walk dies while it fetches, and leaves no descriptor") {
  FileFixture t;
  REQUIRE(set_file_threads(t.loop, {.threads = 1}));
  make_tree(t);
  {
    auto entries = fs::walk(t.loop, t.directory.path());
    auto next = entries.next();
  }

  // By the only thread, so that the walk has ended when this has.
  CHECK(t.get(fs::exists(t.loop, t.directory.path())).value());
}

TEST_CASE("a walk that is left early leaves no descriptor") {
  FileFixture t;
  make_tree(t);
  for (int i = 0; i < 300; ++i)
    t.directory.put("a/b/c/" + std::to_string(i));
  auto entries = fs::walk(t.loop, t.directory.path());

  CHECK(t.get(entries.next()).value());
  CHECK(t.get(entries.close()));
}
