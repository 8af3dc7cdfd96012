// SPDX-License-Identifier: MIT
//
// Connections that are lost, peers that break the rules, and limits.
#include <eddy/core/task_group.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "rpc_kit.hpp"

using namespace rpc;
using namespace std::chrono_literals;

TEST_CASE("parity 12.3: calls that wait fail when the other end has gone") {
  Fixture t;
  Half half(t);
  auto first = half.peer.call("one");
  auto second = half.peer.call("two");
  CHECK_FALSE(t.poll(first));

  half.other().close();

  CHECK(t.get(std::move(first)).error() == eddy::peer_gone);
  CHECK(t.get(std::move(second)).error() == eddy::peer_gone);
  CHECK(t.get(std::move(half.talk)));
  CHECK(t.get(half.peer.call("three")).error() == eddy::peer_gone);
}

TEST_CASE("calls that wait fail when the connection is reset") {
  Fixture t;
  Half half(t);
  auto call = half.peer.call("one");
  CHECK_FALSE(t.poll(call));

  half.other().reset();

  CHECK(t.get(std::move(call)).error() == eddy::peer_gone);
  CHECK(t.get(std::move(half.talk)).error() == eddy::peer_gone);
}

TEST_CASE("an end within a frame is an error") {
  Fixture t;
  Half half(t);
  auto call = half.peer.call("one");

  half.other().write("\1");
  CHECK(t.get(half.other().shutdown()));

  CHECK(t.get(std::move(call)).error() == Errc::truncated);
  CHECK(t.get(std::move(half.talk)).error() == Errc::truncated);
}

TEST_CASE("calls that wait fail when our end is closed or dies, and later ones at once") {
  Fixture t;
  auto streams = eddy::duplex(t.loop);
  std::optional<Peer> peer(std::in_place, streams.first);
  auto talk = peer->run({});
  auto first = peer->call("one");
  CHECK_FALSE(t.poll(first));

  streams.first.close();
  auto second = peer->call("two");
  CHECK(t.get(std::move(first)).error() == Errc::closed);
  CHECK(t.get(std::move(second)).error() == Errc::closed);
  CHECK(t.get(std::move(talk)).error() == Errc::closed);

  auto other_end = std::make_optional<Peer>(streams.second);
  auto third = other_end->call("three");
  other_end.reset();
  CHECK(t.get(std::move(third)).error() == Errc::closed);
}

TEST_CASE("a talk that is cancelled fails the calls with closed, for they were not cancelled") {
  Fixture t;
  auto streams = eddy::duplex(t.loop);
  Peer peer(streams.first);
  eddy::TaskGroup group(t.loop);
  eddy::Task task = group.spawn("talk", peer.run({}));
  auto call = peer.call("one");
  CHECK_FALSE(t.poll(call));

  task.cancel();

  CHECK(t.get(std::move(call)).error() == Errc::closed);
  CHECK(t.get(group.empty()));
  CHECK(task.state() == eddy::TaskState::canceled);
}

TEST_CASE("methods whose caller has gone are cancelled and clean up") {
  Fixture t;
  Waiting waiting{t.loop};
  Half half(t, {}, waiting.methods());
  half.request(1, "wait");
  CHECK_FALSE(t.poll(half.talk));
  CHECK(waiting.cleaned_up == 0);

  half.other().close();

  CHECK(t.get(std::move(half.talk)));
  CHECK(waiting.cleaned_up == 1);
  CHECK(waiting.ended == 0);
}

TEST_CASE("methods that run are dropped with their end") {
  Fixture t;
  Waiting waiting{t.loop};
  {
    Half half(t, {}, waiting.methods());
    half.request(1, "wait");
    CHECK_FALSE(t.poll(half.talk));
    CHECK(t.loop.statistic().active_timers == 1);
  }

  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(waiting.ended + waiting.cleaned_up == 0);
}

TEST_CASE("an end may outlive its loop") {
  auto loop = std::make_unique<eddy::Loop>();
  auto streams = eddy::duplex(*loop);
  Peer peer(streams.first);
  auto talk = peer.run(arithmetic());
  auto call = peer.call("one");

  loop.reset();

  CHECK_FALSE(call.ready());
}

TEST_CASE("what is no message ends the connection, and the calls fail with that") {
  Fixture t;
  Half half(t);
  auto call = half.peer.call("one");

  half.send("\xc1");

  CHECK(t.get(std::move(call)).error() == Errc::protocol);
  CHECK(t.get(std::move(half.talk)).error() == Errc::protocol);
}

TEST_CASE("another protocol ends the connection by its first four octets") {
  Fixture t;
  Half half(t);

  half.other().write("GET / HTTP/1.1\r\n");

  CHECK(t.get(std::move(half.talk)).error() == Errc::too_large);
}

TEST_CASE("a frame above the limit ends the connection before its octets have come") {
  Fixture t;
  Half half(t, {.frame = 100});
  half.other().write(frame_header(100));
  CHECK_FALSE(t.poll(half.talk));

  half.other().write(std::string(100, '\xc0'));
  CHECK(t.get(std::move(half.talk)).error() == Errc::protocol);

  Half another(t, {.frame = 100});
  another.other().write(frame_header(101));
  CHECK(t.get(std::move(another.talk)).error() == Errc::too_large);
}

TEST_CASE("100,000 nested lists end the connection") {
  Fixture t;
  Half half(t);

  half.send(std::string(100'000, '\x91'));

  CHECK(t.get(std::move(half.talk)).error() == Errc::too_large);
}

TEST_CASE("of our calls only so many wait") {
  Fixture t;
  Half half(t, {.calls = 2});
  auto first = half.peer.call("one");
  auto second = half.peer.call("two");

  CHECK(t.get(half.peer.call("three")).error() == Errc::overloaded);

  half.respond(1, 1);
  CHECK(t.get(std::move(first)).value() == 1);
  auto fourth = half.peer.call("four");
  CHECK_FALSE(t.poll(fourth));
  CHECK(half.peer.waiting_calls() == 2);
}

TEST_CASE("of the other end's calls only so many run, and what is more is told") {
  Fixture t;
  Waiting waiting{t.loop};
  Half half(t, {.handlers = 2}, waiting.methods());

  half.request(1, "wait");
  half.request(2, "wait");
  half.request(3, "wait");
  const Message refusal = half.received();
  t.advance(60s);
  const std::uint64_t one = std::get<Response>(half.received()).id;
  const std::uint64_t other = std::get<Response>(half.received()).id;

  CHECK(std::get<Response>(refusal).id == 3);
  CHECK(std::get<Response>(refusal).failure->type() == "Overloaded");
  CHECK(std::set{one, other} == std::set<std::uint64_t>{1, 2});
  CHECK(half.peer.statistic().requests == 3);
  CHECK(half.peer.statistic().refused == 1);
}

TEST_CASE("a call that is too large fails, and the next one succeeds") {
  Fixture t;
  Ends ends(t, {}, {.frame = 200});

  CHECK(t.get(ends.first.call("echo", std::string(300, 'x'))).error() == Errc::too_large);
  CHECK(ends.first.waiting_calls() == 0);
  CHECK(t.get(ends.first.call("echo", "short")).value() == "short");
}

TEST_CASE("a result that is too large is an error of its call alone") {
  Fixture t;
  Methods methods = arithmetic();
  methods.add("large", [](const Json&) { return Json(std::string(300, 'x')); });
  Ends ends(t, {}, std::move(methods), {.frame = 200});

  CHECK(type_of(t.get(ends.first.call("large"))) == "TooLarge");
  CHECK(t.get(ends.first.call("echo", "short")).value() == "short");
}

TEST_CASE("no call is begun while too much waits to be sent") {
  Fixture t;
  Half half(t, {.unsent = 300'000});
  const std::string large(200'000, 'x');
  auto first = half.peer.call("one", large);
  CHECK_FALSE(t.poll(first));  // the other end does not read; 64 KiB are under way

  auto second = half.peer.call("two", large);
  CHECK(t.get(std::move(second)).error() == Errc::overloaded);
  CHECK(half.peer.waiting_calls() == 1);
}

TEST_CASE("who does not read its answers is reset when too many wait") {
  Fixture t;
  Half half(t);
  half.streams.first.set_water_marks({.high = 1000, .low = 1000, .hard = 150'000});
  half.request(1, "echo", std::string(100'000, 'x'));
  CHECK_FALSE(t.poll(half.talk));

  half.request(2, "echo", std::string(150'000, 'x'));

  CHECK(t.get(std::move(half.talk)).error() == Errc::overloaded);
  CHECK_FALSE(half.streams.first.open());
}
