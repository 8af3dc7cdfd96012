// SPDX-License-Identifier: MIT
//
// What the tests of the example 22_rpc share: two ends in memory, and one end that the test plays.
#pragma once

#include <eddy/io/duplex.hpp>
#include <eddy/testing/fixture.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "22_rpc/arithmetic.hpp"
#include "22_rpc/peer.hpp"

namespace rpc {

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Result;
using eddy::Stream;
using eddy::testing::Fixture;

/// The type of the error that the other end's method ended with; empty if it is another error.
inline std::string type_of(const Result<Json>& outcome) {
  const std::optional<Failure> failure =
      outcome ? std::optional<Failure>() : Failure::in(outcome.error());
  return failure ? failure->type() : std::string();
}

/// One method, "wait", which waits for a minute, and counts of what became of it.
struct Waiting {
  eddy::Loop& loop;
  int ended = 0;
  int cleaned_up = 0;

  Methods methods() {
    Methods methods;
    methods.add("wait", [this](const Json&) {
      return loop.sleep(std::chrono::minutes(1))
          .then([this] { return Json(++ended); })
          .finally([this] { ++cleaned_up; });
    });
    return methods;
  }
};

/// Two ends that talk; the second one can calculate.
struct Ends {
  explicit Ends(Fixture& t, Methods of_first = {}, const PeerLimits& limits = {})
      : Ends(t, std::move(of_first), arithmetic(), limits) {}
  Ends(Fixture& t, Methods of_first, Methods of_second, const PeerLimits& limits = {})
      : streams(eddy::duplex(t.loop)),
        first(streams.first, limits),
        second(streams.second, limits),
        first_talk(first.run(std::move(of_first))),
        second_talk(second.run(std::move(of_second))) {}

  std::pair<Stream, Stream> streams;
  Peer first;
  Peer second;
  Future<void> first_talk;
  Future<void> second_talk;
};

/// An end, and the octets that it sends and gets.
struct Half {
  explicit Half(Fixture& fixture, const PeerLimits& limits = {}, Methods methods = arithmetic())
      : t(fixture),
        streams(eddy::duplex(t.loop)),
        peer(streams.first, limits),
        talk(peer.run(std::move(methods))) {}

  Stream& other() { return streams.second; }
  void send(std::string_view message) {
    other().write(frame_header(message.size()));
    other().write(message);
  }
  void respond(std::uint64_t id, Json result) { send(encode(Response{id, std::move(result)})); }
  void request(std::uint64_t id, std::string method, Json params = {}) {
    send(encode(Request{id, std::move(method), std::move(params)}));
  }
  /// The next message that the peer sends.
  Message received() {
    const std::string header = t.get(other().read_exactly(FrameReader::header_size)).value();
    const auto size = static_cast<unsigned char>(header[3]);  // all are short
    CHECK(header == frame_header(size));
    return decode(t.get(other().read_exactly(size)).value()).value();
  }

  Fixture& t;
  std::pair<Stream, Stream> streams;
  Peer peer;
  Future<void> talk;
};

}  // namespace rpc
