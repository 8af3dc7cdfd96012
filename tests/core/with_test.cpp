// SPDX-License-Identifier: MIT
#include "probe.hpp"

#include <eddy/core/task_group.hpp>
#include <eddy/core/with.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Something open; its destructor is written down.
class Handle {
 public:
  Handle(std::string name, std::string& story) : name_(std::move(name)), story_(&story) {}
  Handle(Handle&& other) noexcept
      : name_(std::move(other.name_)), story_(std::exchange(other.story_, nullptr)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (story_ != nullptr) *story_ += "~" + name_ + " ";
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::string* story_;
};

std::string text_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::value:
      return "commit";
    case Outcome::error:
      return "roll back";
    case Outcome::canceled:
      return "cancel";
  }
  return "";
}

/// Opens and closes at once, and writes it down.
auto quick(std::string name, std::string& story) {
  return resource(
      [name, &story] {
        story += "open " + name + " ";
        return ready_future(Handle(name, story));
      },
      [&story](Handle& handle, Outcome outcome) {
        story += text_of(outcome) + " " + handle.name() + " ";
        return ready_future();
      });
}
/// Takes a second for each.
auto slow(std::string name, std::string& story, Fixture& t) {
  return resource(
      [name, &story, &t] {
        return t.loop.sleep(1s).then([name, &story] {
          story += "open " + name + " ";
          return Handle(name, story);
        });
      },
      [&story, &t](Handle& handle, Outcome outcome) {
        return t.loop.sleep(1s).then(
            [&story, &handle, outcome] { story += text_of(outcome) + " " + handle.name() + " "; });
      });
}

}  // namespace

TEST_CASE("a resource is opened, used and closed, and each may take its time") {  // parity 14.4
  Fixture t;
  std::string story;
  Future<int> result = with(slow("a", story, t), [&](Handle& handle) {
    story += "use " + handle.name() + " ";
    return t.loop.sleep(1s, 42);
  });

  CHECK_FALSE(t.poll(result));
  CHECK(story.empty());
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(result));
  CHECK(story == "open a use a ");
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(result));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(result)) == 42);
  CHECK(story == "open a use a commit a ~a ");
}

TEST_CASE("closing hears that the body failed") {  // parity 14.4
  Fixture t;
  std::string story;
  const auto fails = [](Handle&) -> Result<int> {
    return Errc::protocol;
  };
  const auto raises = [](Handle&) -> int {
    throw std::runtime_error("body");
  };

  CHECK(t.get(with(quick("a", story), fails)).error() == Errc::protocol);
  CHECK(t.get(with(quick("b", story), raises)).error() == Errc::exception);

  CHECK(story == "open a roll back a ~a open b roll back b ~b ");
}

TEST_CASE("closing hears that the body was cancelled, and soft cancel does not reach it") {
  Fixture t;
  std::string story;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("user", with(slow("a", story, t), [&t](Handle&) { return t.loop.sleep(1h); }));
  t.clock.advance(1s);
  t.run_until_idle();
  CHECK(story == "open a ");

  task.cancel();
  t.run_until_idle();
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(story == "open a cancel a ~a ");
}

TEST_CASE("a body may return anything that a continuation may") {
  Fixture t;
  std::string story;

  CHECK(t.get(with(quick("a", story), [](Handle&) {})));
  CHECK(*t.get(with(quick("a", story), [](Handle&) { return 1; })) == 1);
  CHECK(*t.get(with(quick("a", story), [](Handle&) -> Result<int> { return 2; })) == 2);
  CHECK(t.get(with(quick("a", story), [](Handle&) { return Result<void>(); })));
  CHECK(t.get(with(quick("a", story), [](Handle&) { return ready_future(); })));
  CHECK(**t.get(with(quick("a", story), [](Handle&) { return std::make_unique<int>(3); })) == 3);
}

TEST_CASE("several resources are opened in order and closed in reverse order") {  // parity 14.4
  Fixture t;
  std::string story;

  const Result<std::string> names =
      t.get(with(quick("a", story), quick("b", story), [](Handle& a, Handle& b) {
        return a.name() + b.name();
      }));

  CHECK(*names == "ab");
  CHECK(story == "open a open b commit b ~b commit a ~a ");
}

TEST_CASE("a resource may be opened with those before it") {
  Fixture t;
  std::string story;
  auto inner = resource([&story](Handle& outer) { return Handle(outer.name() + "/b", story); },
                        [&story](Handle& handle) { story += "close " + handle.name() + " "; });

  CHECK(t.get(with(quick("a", story), std::move(inner), [](Handle&, Handle&) {})));

  CHECK(story == "open a close a/b ~a/b commit a ~a ");
}

TEST_CASE("if one cannot be opened, those before it are closed and the body does not run") {
  Fixture t;
  std::string story;
  auto broken = resource([]() -> Result<int> { return Errc::overloaded; },
                         [&story](int&) { story += "never "; });

  const Result<void> result =
      t.get(with(quick("a", story), std::move(broken), quick("c", story), [&story](auto&...) {
        story += "never ";
      }));

  CHECK(result.error() == Errc::overloaded);
  CHECK(story == "open a roll back a ~a ");
}

TEST_CASE("an open that throws fails") {
  Fixture t;
  auto broken = resource([]() -> int { throw std::runtime_error("open"); }, [](int&) {});

  CHECK(t.get(with(std::move(broken), [](int&) {})).error() == Errc::exception);
}

TEST_CASE("a close that fails replaces a value") {
  Fixture t;
  auto fragile = resource([] { return 1; }, [](int&) -> Result<void> { return Errc::closed; });

  CHECK(t.get(with(std::move(fragile), [](int& one) { return one; })).error() == Errc::closed);
}

TEST_CASE("a close that fails beside an error is reported, and the error stays") {
  Fixture t;
  auto fragile = resource([] { return 1; }, [](int&) -> Result<void> { return Errc::closed; });

  const Result<int> result =
      t.get(with(std::move(fragile), [](int&) -> Result<int> { return Errc::protocol; }));

  CHECK(result.error() == Errc::protocol);
  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::closed);
}

TEST_CASE("a close that fails makes those opened before roll back") {
  Fixture t;
  std::string story;
  auto fragile =
      resource([] { return 1; }, [](int&) -> Future<void> { throw std::runtime_error("close"); });

  const Result<void> result =
      t.get(with(quick("a", story), std::move(fragile), [](Handle&, int&) {}));

  CHECK(result.error() == Errc::exception);
  CHECK(story == "open a roll back a ~a ");
}

TEST_CASE("drop closes nothing: the destructors run in reverse order, and they alone") {
  Fixture t;
  std::string story;
  ProbeCount probes;
  Future<void> using_both =
      with(quick("a", story), quick("b", story), [&t, probe = Probe(probes)](Handle&, Handle&) {
        return t.loop.sleep(1h);
      });
  CHECK_FALSE(t.poll(using_both));

  using_both = {};

  CHECK(story == "open a open b ~b ~a ");
  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("dropped while it closes, only the destructor is left") {
  Fixture t;
  std::string story;
  Future<void> result = with(slow("a", story, t), [](Handle&) {});
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(result));
  CHECK(story == "open a ");

  result = {};

  CHECK(story == "open a ~a ");
}

TEST_CASE("cancelled while it opens, there is nothing to close") {
  Fixture t;
  std::string story;
  TaskGroup group(t.loop);
  Task task = group.spawn("user", with(slow("a", story, t), [](Handle&) {}));
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(story.empty());
}

TEST_CASE("a class with open and close is a resource") {
  struct Counter {
    int& opened;
    Future<int> open() { return ready_future(++opened); }
    void close(int& number, Outcome) { opened -= number; }
  };
  Fixture t;
  int opened = 0;

  const Result<int> seen = t.get(with(Counter{opened}, [&opened](int&) { return opened; }));

  CHECK(*seen == 1);
  CHECK(opened == 0);
}

TEST_CASE("the captures of a body stay where they are until its future is done") {
  Fixture t;
  std::string story;
  auto body = [&t, held = 7](Handle&) mutable {
    int* where = &held;
    return t.loop.sleep(1s).then([where] { return ++*where; });
  };
  Future<int> result = with(quick("a", story), std::move(body));
  CHECK_FALSE(t.poll(result));

  t.clock.advance(1s);

  CHECK(*t.get(std::move(result)) == 8);
}

TEST_CASE("a body may drop what it belongs to") {
  Fixture t;
  std::string story;
  Future<void> result;
  result = with(quick("a", story), [&result](Handle&) { result = {}; });

  t.run_until_idle();

  CHECK_FALSE(result.valid());
  CHECK(story == "open a ~a ");
}

TEST_CASE("a body that drops what it belongs to has its resources until it returns") {
  Fixture t;
  std::string story;
  Future<void> result;
  result = with(quick("a", story), quick("b", story), [&](Handle& a, Handle& b) {
    result = {};
    story += "use " + a.name() + b.name() + " ";
  });

  t.run_until_idle();

  CHECK(story == "open a open b use ab ~b ~a ");
}

TEST_CASE("what a body gave that has dropped what it belongs to dies before its resources") {
  Fixture t;
  std::string story;
  ProbeCount probes;
  Future<void> result;
  result = with(quick("a", story), [&](Handle& a) {
    result = {};
    return t.loop.sleep(1h).attach(Probe(probes, [&] { story += "last of " + a.name() + " "; }));
  });

  t.run_until_idle();

  CHECK(story == "open a last of a ~a ");
}
