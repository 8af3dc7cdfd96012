// SPDX-License-Identifier: MIT
#include "22_rpc/peer.hpp"

#include <eddy/core/promise.hpp>

#include <set>
#include <stdexcept>

#include "rpc_kit.hpp"

using namespace rpc;
using namespace std::chrono_literals;

namespace {

/// Methods that fail in their ways.
Methods failing() {
  Methods methods;
  methods.add("throw", [](const Json&) -> Json { throw std::runtime_error("out of paint"); });
  methods.add("fail", [](const Json&) { return Result<Json>(Errc::overloaded); });
  methods.add("fail later", [](const Json& params) {
    return eddy::failed_future<Json>(Error(std::make_exception_ptr(Failure("Later", params))));
  });
  return methods;
}

}  // namespace

TEST_CASE("a call gives what the method of the other end returns") {
  Fixture t;
  Ends ends(t);
  Future<Json> product = ends.first.call("multiply", {6, 7});
  CHECK_FALSE(product.ready());
  CHECK(ends.first.waiting_calls() == 1);

  CHECK(t.get(std::move(product)).value() == 42);
  CHECK(ends.first.waiting_calls() == 0);
}

TEST_CASE("both ends may call each other, and a method may call back") {
  Fixture t;
  Methods of_first;
  of_first.add("name", [](const Json&) { return Json("ann"); });
  Peer* asked = nullptr;
  Methods of_second;
  of_second.add("greet", [&asked](const Json&) {
    return asked->call("name").then([](const Json& name) { return Json{"hello", name}; });
  });
  Ends ends(t, std::move(of_first), std::move(of_second));
  asked = &ends.second;

  CHECK(t.get(ends.first.call("greet")).value() == Json({"hello", "ann"}));
  CHECK(t.get(ends.second.call("name")).value() == "ann");
}

TEST_CASE("parity 12.3: a call may result in null, false, 0 or what is empty") {
  Fixture t;
  Ends ends(t);

  CHECK(t.get(ends.first.call("echo", nullptr)).value().is_null());
  CHECK(t.get(ends.first.call("echo", false)).value() == false);
  CHECK(t.get(ends.first.call("echo", 0)).value() == 0);
  CHECK(t.get(ends.first.call("echo", "")).value() == "");
  CHECK(t.get(ends.first.call("echo", Json::array())).value() == Json::array());
  CHECK(t.get(ends.first.call("echo", Json::object())).value() == Json::object());
}

TEST_CASE("what a method throws is what its call fails with, and the next one succeeds") {
  Fixture t;
  Ends ends(t);

  const Result<Json> quotient = t.get(ends.first.call("divide", {1, 0}));

  CHECK(type_of(quotient) == "DivisionByZero");
  CHECK(Failure::in(quotient.error())->args() == Json({"division by zero"}));
  CHECK(t.get(ends.first.call("divide", {1, 2})).value() == 0.5);
}

TEST_CASE("whatever goes wrong in a method is an answer, and the connection goes on") {
  Fixture t;
  Ends ends(t, {}, failing());

  CHECK(type_of(t.get(ends.first.call("throw"))) == "error");
  CHECK(type_of(t.get(ends.first.call("fail"))) == "error");
  CHECK(type_of(t.get(ends.first.call("fail later"))) == "Later");
  CHECK(type_of(t.get(ends.first.call("nothing"))) == "UnknownMethod");
  CHECK_FALSE(ends.first_talk.ready());
}

TEST_CASE("parameters that a method does not expect are an error of the call") {
  Fixture t;
  Ends ends(t);

  CHECK(type_of(t.get(ends.first.call("divide"))) == "error");
  CHECK(type_of(t.get(ends.first.call("divide", {1}))) == "error");
  CHECK(type_of(t.get(ends.first.call("divide", {"a", "b"}))) == "error");
}

TEST_CASE("calls leave without waiting for answers, which may come in any order") {
  Fixture t;
  Half half(t);
  auto first = half.peer.call("one");
  auto second = half.peer.call("two");
  CHECK(std::get<Request>(half.received()).id == 1);
  CHECK(std::get<Request>(half.received()).method == "two");

  half.respond(2, "second");
  CHECK(t.get(std::move(second)).value() == "second");
  CHECK_FALSE(first.ready());
  half.respond(1, "first");
  CHECK(t.get(std::move(first)).value() == "first");
}

TEST_CASE("a response to no call, or a second one, is counted and has no effect") {
  Fixture t;
  Half half(t);
  auto call = half.peer.call("one");

  half.respond(77, "made up");
  half.respond(1, "right");
  half.respond(1, "twice");

  CHECK(t.get(std::move(call)).value() == "right");
  CHECK_FALSE(t.poll(half.talk));
  CHECK(half.peer.statistic().responses == 3);
  CHECK(half.peer.statistic().unknown_responses == 2);
}

TEST_CASE("a call that is dropped is forgotten, and its answer ignored") {
  Fixture t;
  Half half(t);
  Future<Json> call = half.peer.call("one");

  call = {};
  CHECK(half.peer.waiting_calls() == 0);
  half.respond(1, "late");

  CHECK_FALSE(t.poll(half.talk));
  CHECK(half.peer.statistic().unknown_responses == 1);
}

TEST_CASE("a call that has a limit of time is forgotten when that has passed") {
  Fixture t;
  Half half(t);
  auto call = half.peer.call("one").timeout(1s);
  CHECK_FALSE(t.poll(call));

  t.advance(1s);

  CHECK(t.get(std::move(call)).error() == Errc::timed_out);
  CHECK(half.peer.waiting_calls() == 0);
}

TEST_CASE("a call may be dropped where another one is answered") {
  Fixture t;
  Half half(t);
  Future<Json> second;
  auto first = half.peer.call("one").then([&second](const Json&) { second = {}; });
  second = half.peer.call("two");

  half.respond(1, 1);
  half.respond(2, 2);

  CHECK(t.get(std::move(first)));
  CHECK_FALSE(second.valid());
}

TEST_CASE("a request twice is two calls: each has its answer") {
  Fixture t;
  Half half(t);

  half.request(1, "echo", "a");
  half.request(1, "echo", "b");

  const Json one = std::get<Response>(half.received()).result;
  const Json other = std::get<Response>(half.received()).result;
  CHECK(std::set{one, other} == std::set{Json("a"), Json("b")});
}

TEST_CASE("messages that come octet by octet are whole") {
  Fixture t;
  eddy::DuplexOptions slow;
  slow.first.usual_read.at_most = 1;
  auto [first, second] = eddy::duplex(t.loop, slow);
  Peer peer(first);
  Peer other(second);
  auto talk = peer.run({});
  auto other_talk = other.run(arithmetic());

  CHECK(t.get(peer.call("echo", "octets")).value() == "octets");
}

TEST_CASE("methods that wait do not hold up others") {
  Fixture t;
  Waiting waiting{t.loop};
  Methods methods = waiting.methods();
  methods.add("at once", [](const Json&) { return Json(1); });
  Ends ends(t, {}, std::move(methods));
  auto slow = ends.first.call("wait");

  CHECK(t.get(ends.first.call("at once")).value() == 1);
  CHECK_FALSE(t.poll(slow));
  t.advance(60s);
  CHECK(t.get(std::move(slow)).value() == 1);
}
