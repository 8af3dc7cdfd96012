// SPDX-License-Identifier: MIT
#include <eddy/io/file_lock.hpp>

#include <eddy/io/fs.hpp>

#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

FileLock a_lock(FileFixture& t, FileLockOptions options = {}) {
  return t.get(lock_file(t.loop, t.directory / "lock", options)).value();
}

bool can_lock(FileFixture& t, FileLockOptions options = {}) {
  return t.get(try_lock_file(t.loop, t.directory / "lock", options)).value().has_value();
}

std::string victim;
std::atomic<int> locked = 0;

/// Removes the file just before it is locked for the first time.
int lock_after_removal(int descriptor, int operation) {
  if (locked++ == 0) ::unlink(victim.c_str());
  return ::flock(descriptor, operation);
}

/// Goes on until a try has failed and the next one is armed.
void let_it_try(FileFixture& t) {
  while (!t.loop.next_timer())
    t.loop.turn(true);
}

}  // namespace

TEST_CASE("a lock excludes others until it is given up") {
  FileFixture t;
  FileLock lock = a_lock(t);

  CHECK(lock.held());
  CHECK_FALSE(can_lock(t));
  CHECK(t.get(lock.unlock()));

  CHECK_FALSE(lock.held());
  CHECK(can_lock(t));
}

TEST_CASE("shared locks go together, but not with one that is not shared") {
  FileFixture t;
  FileLock lock = a_lock(t, {.shared = true});

  CHECK(can_lock(t, {.shared = true}));
  CHECK_FALSE(can_lock(t));
}

TEST_CASE("a file that is missing is made, unless that is not wanted") {
  FileFixture t;

  CHECK(t.get(lock_file(t.loop, t.directory / "lock", {.create = false})).error() ==
        std::errc::no_such_file_or_directory);
  CHECK(can_lock(t));
  CHECK(t.directory.names() == "lock");
}

TEST_CASE("who waits for a lock gets it when it is given up, and no thread waits meanwhile") {
  FileFixture t;
  FileLock first = a_lock(t);
  auto second = lock_file(t.loop, t.directory / "lock");
  let_it_try(t);
  CHECK_FALSE(second.ready());
  CHECK(t.get(fs::exists(t.loop, t.directory / "lock")).value());

  CHECK(t.get(first.unlock()));
  t.advance(1ms);

  CHECK(t.get(std::move(second)).value().held());
}

TEST_CASE("the pauses between tries double up to a bound") {
  FileFixture t;
  FileLock first = a_lock(t);
  auto second = lock_file(t.loop, t.directory / "lock", {.first_pause = 10ms, .last_pause = 30ms});

  let_it_try(t);
  CHECK(*t.loop.next_timer() - t.loop.now() == 10ms);
  t.advance(10ms);
  let_it_try(t);
  CHECK(*t.loop.next_timer() - t.loop.now() == 20ms);
  t.advance(20ms);
  let_it_try(t);
  CHECK(*t.loop.next_timer() - t.loop.now() == 30ms);
}

TEST_CASE("a pause may be as long as a duration can be, and there is one between two tries") {
  FileFixture t;
  FileLock first = a_lock(t);
  auto second = lock_file(t.loop,
                          t.directory / "lock",
                          {.first_pause = Duration::max(), .last_pause = Duration::max()});

  let_it_try(t);

  CHECK_FALSE(second.ready());
  CHECK(t.get(lock_file(t.loop, t.directory / "lock", {.first_pause = 0ms})).error() ==
        Errc::invalid);
  CHECK(t.get(lock_file(t.loop, t.directory / "lock", {.last_pause = -1ms})).error() ==
        Errc::invalid);
}

TEST_CASE("a wait for a lock can be bounded, and leaves nothing behind") {
  FileFixture t;
  FileLock first = a_lock(t);
  auto second = lock_file(t.loop, t.directory / "lock", {.first_pause = 1h}).timeout(1s);
  while (*t.loop.next_timer() - t.loop.now() < 1s)
    t.loop.turn(true);

  t.advance(1s);

  CHECK(t.get(std::move(second)).error() == Errc::timed_out);
}

TEST_CASE("a lock on a file that was removed by its holder counts for nothing") {
  FileFixture t;
  FileLock first = a_lock(t);
  CHECK(t.get(fs::remove(t.loop, t.directory / "lock")));

  FileLock second = a_lock(t);

  CHECK((first.held() && second.held()));
  CHECK_FALSE(can_lock(t));
}

TEST_CASE("a file that is removed between open and lock is made and locked anew") {
  FileFixture t;
  const OwnCalls calls([](detail::FileCalls& table) { table.flock = &lock_after_removal; });
  victim = t.directory / "lock";
  locked = 0;

  const FileLock lock = a_lock(t);

  CHECK(locked == 2);
  CHECK(t.directory.names() == "lock");
  CHECK_FALSE(can_lock(t));
}

TEST_CASE("a signal during the call for a lock has no effect") {
  FileFixture t;
  const Fault fault(FaultyCall::lock, EINTR, 0, 1);

  CHECK(can_lock(t));
  CHECK(Fault::calls(FaultyCall::lock) == 2);
}

TEST_CASE("a file system without locks is an error") {
  FileFixture t;
  const Fault fault(FaultyCall::lock, ENOLCK);

  const Error error = t.get(lock_file(t.loop, t.directory / "lock")).error();

  CHECK(error == std::errc::no_lock_available);
  CHECK(error.context() == "lock " + t.directory.path() + "/lock");
}

TEST_CASE("a lock dies, and others can have it") {
  FileFixture t;
  { const FileLock lock = a_lock(t); }
  t.loop.run();

  CHECK(can_lock(t));
}

TEST_CASE("a lock dies inside the continuation that got it") {
  FileFixture t;
  auto work = lock_file(t.loop, t.directory / "lock").then([](const FileLock& lock) {
    return lock.held();
  });

  CHECK(t.get(std::move(work)).value());
  t.loop.run();

  CHECK(can_lock(t));
}

TEST_CASE("a lock that nobody takes is given up") {
  FileFixture t;
  {
    auto kept = lock_file(t.loop, t.directory / "lock");
    while (!kept.ready())
      t.loop.turn(true);
  }
  t.loop.run();

  CHECK(can_lock(t));
}

TEST_CASE("a wait for a lock dies between two tries and inside one") {
  FileFixture t;
  FileLock first = a_lock(t);
  {
    auto between = lock_file(t.loop, t.directory / "lock");
    let_it_try(t);
    auto inside = lock_file(t.loop, t.directory / "lock");
  }

  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a lock outlives its loop, which gives it up") {
  const OwnFolder directory;
  const std::string path = directory / "lock";
  FileLock lock;
  {
    Loop loop;
    lock = loop.run_until(lock_file(loop, path)).value();
  }
  CHECK_FALSE(lock.held());
  Loop next;

  CHECK(next.run_until(try_lock_file(next, path)).value().has_value());
}

TEST_CASE("a lock is given up twice") {
  FileFixture t;
  FileLock lock = a_lock(t);

  CHECK(t.get(lock.unlock()));
  CHECK(t.get(lock.unlock()));
}
