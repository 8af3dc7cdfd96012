// SPDX-License-Identifier: MIT
//
// Directories that go at the very moment at which a Watcher looks at them.
#include <eddy/io/watcher.hpp>

#include <sys/inotify.h>

#include <string>

#include "io/watch_calls.hpp"
#include "own_folder.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
namespace files = std::filesystem;

namespace {

std::string doomed;  // the directory that goes

/// Removes the directory just before the kernel is asked to watch it.
int too_late(int inotify, const char* directory, std::uint32_t wanted) {
  if (directory == doomed) files::remove_all(doomed);
  return ::inotify_add_watch(inotify, directory, wanted);
}

constexpr detail::WatchCalls late_calls{&too_late};

/// As long as it lives, `directory` goes whenever it is about to be watched.
struct Vanishing {
  explicit Vanishing(std::string directory) {
    doomed = std::move(directory);
    detail::watch_calls = &late_calls;
  }
  Vanishing(const Vanishing&) = delete;
  Vanishing& operator=(const Vanishing&) = delete;
  ~Vanishing() { detail::watch_calls = &detail::kernel_watch_calls; }
};

struct RaceTest {
  RaceTest() { files::create_directory(directory); }

  /// What a next() comes to after the quiet time.
  std::string told() {
    auto change = watcher.next();
    t.run_until_idle();
    t.advance(50ms);
    if (!change.ready()) return "nothing";
    const Result<FileChange> result = t.get(std::move(change));
    if (!result) return result.error().message();
    const char* const kind = result->kind == FileChange::Kind::changed ? "changed " : "removed ";
    return kind + result->path.substr(scratch.path().size());
  }

  IoFixture t;
  OwnFolder scratch;
  const std::string directory = scratch / "dir";
  Watcher watcher = *Watcher::make(t.loop);
};

}  // namespace

TEST_CASE("a directory on the way that goes while it is looked at is one that is not there yet") {
  RaceTest race;
  {
    const Vanishing vanishing(race.directory);
    CHECK(race.watcher.watch_file(race.directory + "/a"));
  }
  CHECK(race.told() == "nothing");

  files::create_directory(race.directory);
  race.scratch.put("dir/a", "text");

  CHECK(race.told() == "changed /dir/a");
}

TEST_CASE("a directory that goes while its content is looked at is one that is not there yet") {
  RaceTest race;
  {
    const Vanishing vanishing(race.directory);
    CHECK(race.watcher.watch_directory(race.directory));
  }
  CHECK(race.told() == "nothing");

  files::create_directory(race.directory);

  CHECK(race.told() == "changed /dir");
}

TEST_CASE("a directory that comes and goes at once is no error of next") {
  RaceTest race;
  race.scratch.put("dir/a", "text");
  CHECK(race.watcher.watch_file(race.directory + "/a"));
  files::remove_all(race.directory);
  CHECK(race.told() == "removed /dir/a");

  {
    const Vanishing vanishing(race.directory);
    files::create_directory(race.directory);
    CHECK(race.told() == "nothing");
  }
  files::create_directory(race.directory);
  race.scratch.put("dir/a", "text");

  CHECK(race.told() == "changed /dir/a");
}
