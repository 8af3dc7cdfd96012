// SPDX-License-Identifier: MIT
#include <eddy/io/watcher.hpp>

#include <sys/fsuid.h>
#include <unistd.h>

#include <memory>

#include "own_folder.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using Kind = FileChange::Kind;
namespace files = std::filesystem;

namespace {

struct WatchTest {
  explicit WatchTest(WatchOptions options = {}) : watcher(*Watcher::make(t.loop, options)) {}

  /// The next change, after the quiet time; "nothing" if there is none.
  std::string told() {
    auto change = watcher.next();
    t.run_until_idle();
    t.advance(50ms);
    if (!change.ready()) return "nothing";
    return text_of(*t.get(std::move(change)));
  }
  std::string text_of(const FileChange& change) const {
    const std::string_view folder = scratch.path();
    const bool inside = std::string_view(change.path).starts_with(folder);
    const std::string path = inside ? change.path.substr(folder.size()) : change.path;
    switch (change.kind) {
      case Kind::changed:
        return "changed " + path;
      case Kind::removed:
        return "removed " + path;
      case Kind::overflow:
        return "overflow " + path;
    }
    return "?";
  }
  /// What an editor does that keeps the old file until the new one is complete.
  void replace(std::string_view name, std::string_view text) const {
    files::rename(scratch.put("new", text), scratch / name);
  }

  IoFixture t;
  OwnFolder scratch;
  Watcher watcher;
};

/// How many directories the kernel watches for this process.
std::size_t kernel_watches() {
  std::size_t count = 0;
  for (const auto& entry : files::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(entry.path());
    for (std::string line; std::getline(info, line);)
      count += line.starts_with("inotify wd:") ? 1 : 0;
  }
  return count;
}

/// Asks the file system as somebody else for as long as it lives, if the test may.
struct AsNobody {
  AsNobody() { setfsuid(65534); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() { setfsuid(geteuid()); }
};

}  // namespace

TEST_CASE("a file that is written is told once it was left alone, and once") {
  WatchTest w;
  const std::string path = w.scratch.put("a", "old");
  REQUIRE(w.watcher.watch_file(path).has_value());
  auto change = w.watcher.next();
  CHECK_FALSE(w.t.poll(change));

  w.scratch.put("a", "new");
  w.scratch.append("a", "and more");
  CHECK_FALSE(w.t.poll(change));
  w.t.advance(49ms);
  CHECK_FALSE(w.t.poll(change));
  w.t.advance(1ms);

  CHECK(w.text_of(*w.t.get(std::move(change))) == "changed /a");
  CHECK(w.told() == "nothing");
}

TEST_CASE("a file that is written again and again is told after the longest time") {
  WatchTest w({.quiet = 50ms, .longest = 100ms});
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "")).has_value());
  auto change = w.watcher.next();

  w.scratch.append("a", "1");
  w.t.run_until_idle();
  w.t.advance(40ms);
  w.scratch.append("a", "2");
  w.t.run_until_idle();
  w.t.advance(40ms);
  w.scratch.append("a", "3");
  CHECK_FALSE(w.t.poll(change));
  w.t.advance(20ms);

  CHECK(w.t.poll(change));
  std::ignore = w.t.get(std::move(change));
}

TEST_CASE("a file that an editor replaces goes on being watched") {
  WatchTest w;
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "1")).has_value());

  w.replace("a", "2");
  CHECK(w.told() == "changed /a");
  w.replace("a", "3");
  CHECK(w.told() == "changed /a");
  w.scratch.append("a", "4");
  CHECK(w.told() == "changed /a");
}

TEST_CASE("a log that is rotated is one change, and the new one is followed") {
  WatchTest w;
  REQUIRE(w.watcher.watch_file(w.scratch.put("log", "1")).has_value());

  files::rename(w.scratch / "log", w.scratch / "log.1");
  w.scratch.put("log", "2");
  CHECK(w.told() == "changed /log");
  CHECK(w.told() == "nothing");

  w.scratch.append("log.1", "late");
  CHECK(w.told() == "nothing");
  w.scratch.append("log", "3");
  CHECK(w.told() == "changed /log");
}

TEST_CASE("a file that goes is told, and told again when it is back") {
  WatchTest w;
  const std::string path = w.scratch.put("a", "");
  REQUIRE(w.watcher.watch_file(path).has_value());

  files::remove(path);
  CHECK(w.told() == "removed /a");
  w.scratch.put("a", "");
  CHECK(w.told() == "changed /a");
}

TEST_CASE("a file that does not exist yet is told when it comes, and so are its directories") {
  WatchTest w;
  REQUIRE(w.watcher.watch_file(w.scratch / "one/two/a").has_value());
  CHECK(w.told() == "nothing");

  files::create_directories(w.scratch / "one");
  CHECK(w.told() == "nothing");
  files::create_directories(w.scratch / "one/two");
  CHECK(w.told() == "nothing");
  w.scratch.put("one/two/a", "");
  CHECK(w.told() == "changed /one/two/a");
}

TEST_CASE("directories that are made in one go are not missed") {
  WatchTest w;
  REQUIRE(w.watcher.watch_file(w.scratch / "one/two/three/a").has_value());

  files::create_directories(w.scratch / "one/two/three");
  w.scratch.put("one/two/three/a", "");

  CHECK(w.told() == "changed /one/two/three/a");
}

TEST_CASE("a directory on the way that is replaced changes the file") {
  WatchTest w;
  files::create_directories(w.scratch / "d");
  files::create_directories(w.scratch / "e");
  w.scratch.put("d/a", "1");
  w.scratch.put("e/a", "2");
  REQUIRE(w.watcher.watch_file(w.scratch / "d/a").has_value());

  files::rename(w.scratch / "d", w.scratch / "old");
  CHECK(w.told() == "removed /d/a");
  files::rename(w.scratch / "e", w.scratch / "d");
  CHECK(w.told() == "changed /d/a");
  w.scratch.append("d/a", "3");
  CHECK(w.told() == "changed /d/a");
}

TEST_CASE("a link that is turned to another file changes it, and the new file is followed") {
  WatchTest w;
  files::create_directories(w.scratch / "v1");
  files::create_directories(w.scratch / "v2");
  w.scratch.put("v1/conf", "1");
  w.scratch.put("v2/conf", "2");
  files::create_symlink("v1", w.scratch / "data");
  files::create_symlink("data/conf", w.scratch / "conf");
  REQUIRE(w.watcher.watch_file(w.scratch / "conf").has_value());

  w.scratch.append("v1/conf", "more");
  CHECK(w.told() == "changed /conf");
  files::create_symlink("v2", w.scratch / "tmp");
  files::rename(w.scratch / "tmp", w.scratch / "data");
  CHECK(w.told() == "changed /conf");
  w.scratch.append("v1/conf", "late");
  CHECK(w.told() == "nothing");
  w.scratch.append("v2/conf", "more");
  CHECK(w.told() == "changed /conf");
}

TEST_CASE("a link that points nowhere is followed once it does") {
  WatchTest w;
  files::create_symlink(w.scratch / "later", w.scratch / "a");
  REQUIRE(w.watcher.watch_file(w.scratch / "a").has_value());

  w.scratch.put("later", "");

  CHECK(w.told() == "changed /a");
}

TEST_CASE("links that go in a circle are an error and not a hang") {
  WatchTest w;
  files::create_symlink("b", w.scratch / "a");
  files::create_symlink("a", w.scratch / "b");

  const auto watched = w.watcher.watch_file(w.scratch / "a");

  CHECK(watched.error() == std::errc::too_many_symbolic_link_levels);
}

TEST_CASE("other files of the directory are not told") {
  WatchTest w;
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "")).has_value());

  w.scratch.put("ab", "");
  w.scratch.put("b", "");

  CHECK(w.told() == "nothing");
}

TEST_CASE("the entries of a directory are told, in the order in which they were left alone") {
  WatchTest w;
  w.scratch.put("old", "");
  REQUIRE(w.watcher.watch_directory(w.scratch.path()).has_value());

  w.scratch.put("b", "");
  w.scratch.put("a", "");
  files::remove(w.scratch / "old");

  CHECK(w.told() == "changed /b");
  CHECK(w.told() == "changed /a");
  CHECK(w.told() == "removed /old");
  CHECK(w.told() == "nothing");
}

TEST_CASE("a directory that goes and comes back is told under its own name") {
  WatchTest w;
  const std::string path = w.scratch / "d";
  files::create_directory(path);
  REQUIRE(w.watcher.watch_directory(path).has_value());

  files::remove(path);
  CHECK(w.told() == "removed /d");
  files::create_directory(path);
  CHECK(w.told() == "changed /d");
  w.scratch.put("d/a", "");
  CHECK(w.told() == "changed /d/a");
}

TEST_CASE("a file and its directory may both be watched") {
  WatchTest w;
  REQUIRE(w.watcher.watch_directory(w.scratch.path()).has_value());
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "")).has_value());
  CHECK(w.told() == "changed /a");

  w.watcher.unwatch(w.scratch.path());
  w.scratch.put("b", "");
  CHECK(w.told() == "nothing");
  w.scratch.append("a", "1");
  CHECK(w.told() == "changed /a");
}

TEST_CASE("a path whose way passes the directory of another takes nothing from it") {
  WatchTest w;
  files::create_directories(w.scratch / "below");
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "")).has_value());
  REQUIRE(w.watcher.watch_file(w.scratch / "below/b").has_value());

  w.scratch.append("a", "1");

  CHECK(w.told() == "changed /a");
}

TEST_CASE("the kernel watches no more than the ways of the paths") {
  WatchTest w;
  const std::size_t before = kernel_watches();
  files::create_directories(w.scratch / "d");
  REQUIRE(w.watcher.watch_file(w.scratch / "d/a").has_value());
  const std::size_t on_way = kernel_watches() - before;

  files::rename(w.scratch / "d", w.scratch / "old1");
  CHECK(w.told() == "nothing");
  files::create_directories(w.scratch / "d");
  CHECK(w.told() == "nothing");
  files::rename(w.scratch / "d", w.scratch / "old2");
  files::create_directories(w.scratch / "d");
  CHECK(w.told() == "nothing");

  CHECK(on_way >= 3);
  CHECK(kernel_watches() - before == on_way);
  w.watcher.unwatch(w.scratch / "d/a");
  CHECK(kernel_watches() == before);
}

TEST_CASE("a directory that may be passed and not listed is no obstacle") {
  WatchTest w;
  files::permissions(w.scratch.path(), files::perms(0755));
  files::create_directories(w.scratch / "closed/d");
  w.scratch.put("closed/d/a", "");
  files::permissions(w.scratch / "closed", files::perms(0311));
  {
    const AsNobody nobody;
    REQUIRE(w.watcher.watch_file(w.scratch / "closed/d/a").has_value());
    const auto listed = w.watcher.watch_directory(w.scratch / "closed");
    CHECK(listed.error() == std::errc::permission_denied);
  }

  w.scratch.append("closed/d/a", "1");
  CHECK(w.told() == "changed /closed/d/a");
  files::rename(w.scratch / "closed/d", w.scratch / "closed/e");
  CHECK(w.told() == "removed /closed/d/a");
}

TEST_CASE("when the kernel has lost events there is an overflow") {
  WatchTest w;
  std::size_t kept = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> kept;
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "")).has_value());
  std::ofstream first(w.scratch / "a", std::ios::app);
  std::ofstream second(w.scratch / "b", std::ios::app);

  for (std::size_t i = 0; i < kept; ++i) {
    first << 'x' << std::flush;
    second << 'x' << std::flush;
  }

  CHECK(w.told() == "overflow ");
  CHECK(w.told() == "nothing");
  first << 'x' << std::flush;
  CHECK(w.told() == "changed /a");
}

TEST_CASE("what is no longer watched is not told, not even what happened before") {
  WatchTest w;
  const std::string path = w.scratch.put("a", "");
  REQUIRE(w.watcher.watch_file(path).has_value());
  w.scratch.append("a", "1");
  w.t.run_until_idle();

  w.watcher.unwatch(path);
  w.watcher.unwatch("never watched");
  w.scratch.append("a", "2");

  CHECK(w.told() == "nothing");
  CHECK(w.watcher.watch_file(path).has_value());
}

TEST_CASE("what nobody asked for is kept up to the bound, and is an overflow then") {
  WatchTest w({.max_changes = 2});
  REQUIRE(w.watcher.watch_directory(w.scratch.path()).has_value());

  w.scratch.put("a", "");
  w.scratch.put("b", "");
  w.scratch.put("c", "");

  CHECK(w.told() == "overflow ");
  CHECK(w.told() == "nothing");
}

TEST_CASE("several that wait get a change each, in the order of their calls") {
  WatchTest w;
  REQUIRE(w.watcher.watch_directory(w.scratch.path()).has_value());
  auto first = w.watcher.next();
  auto second = w.watcher.next();

  w.scratch.put("a", "");
  w.scratch.put("b", "");
  w.t.run_until_idle();
  w.t.advance(50ms);

  CHECK(w.text_of(*w.t.get(std::move(first))) == "changed /a");
  CHECK(w.text_of(*w.t.get(std::move(second))) == "changed /b");
}

TEST_CASE("a change that a dropped next has not resolved to is for the next one") {
  WatchTest w;
  REQUIRE(w.watcher.watch_file(w.scratch.put("a", "")).has_value());
  auto dropped = w.watcher.next();
  w.scratch.append("a", "1");
  CHECK_FALSE(w.t.poll(dropped));

  dropped = {};

  CHECK(w.told() == "changed /a");
}

TEST_CASE("paths that make no sense are refused") {
  WatchTest w({.max_paths = 1});

  CHECK(w.watcher.watch_file("").error() == Errc::invalid);
  CHECK(w.watcher.watch_file(std::string("a\0b", 3)).error() == Errc::invalid);
  const auto no_directory = w.watcher.watch_directory(w.scratch.put("a", ""));
  CHECK(no_directory.error() == std::errc::not_a_directory);
  REQUIRE(w.watcher.watch_file(w.scratch / "a").has_value());
  CHECK(w.watcher.watch_file(w.scratch / "a").error() == Errc::invalid);
  const auto too_many = w.watcher.watch_file(w.scratch / "b");
  CHECK(too_many.error() == Errc::overloaded);
  CHECK(too_many.error().message().find("max_paths") != std::string::npos);
}

TEST_CASE("a path without a slash in front is that of the folder the program is in") {
  WatchTest w;
  const files::path before = files::current_path();
  files::current_path(w.scratch.path());
  const auto watched = w.watcher.watch_file("a");
  files::current_path(before);
  REQUIRE(watched.has_value());

  w.scratch.put("a", "");

  CHECK(w.told() == "changed a");
}

TEST_CASE("a watcher dies while somebody waits, who gets Errc::closed") {
  WatchTest w;
  auto change = w.watcher.next();
  CHECK_FALSE(w.t.poll(change));

  w.watcher = {};

  CHECK(w.t.get(std::move(change)).error() == Errc::closed);
}

TEST_CASE("a watcher that was closed refuses everything, and may be closed again") {
  WatchTest w;
  w.watcher.close();
  w.watcher.close();

  CHECK_FALSE(w.watcher.open());
  CHECK(w.watcher.watch_file(w.scratch / "a").error() == Errc::closed);
  CHECK(w.t.get(w.watcher.next()).error() == Errc::closed);
}

TEST_CASE("a watcher dies in the continuation of its own change") {
  WatchTest w;
  REQUIRE(w.watcher.watch_directory(w.scratch.path()).has_value());
  bool told = false;
  auto change = w.watcher.next().then([&](FileChange) {
    w.watcher = {};
    told = true;
  });
  w.scratch.put("a", "");
  w.scratch.put("b", "");
  w.t.run_until_idle();

  w.t.advance(50ms);

  CHECK(told);
  std::ignore = w.t.get(std::move(change));
}

TEST_CASE("a watcher and its future outlive their loop") {
  const std::size_t before = open_descriptors();
  {
    Watcher watcher;
    Future<FileChange> change;
    {
      Loop loop;
      watcher = *Watcher::make(loop);
      REQUIRE(watcher.watch_file("/tmp").has_value());
      change = watcher.next();
    }
    CHECK_FALSE(watcher.open());
    CHECK_FALSE(change.ready());
    CHECK(watcher.watch_file("/").error() == Errc::closed);
  }
  CHECK(open_descriptors() == before);
}
