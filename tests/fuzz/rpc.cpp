// SPDX-License-Identifier: MIT
//
// What the example 22_rpc reads from a network: frames, and the messages in them. The first octet
// of the input says in pieces of which length the rest comes.
//
// Rules: frames are the same whatever the pieces are; what is decoded and encoded again decodes to
// the same; no frame and no message is larger than its limit.
#include "fuzzing.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "22_rpc/frames.hpp"
#include "22_rpc/message.hpp"

using eddy::ByteView;
using eddy::fuzz::require;

namespace {

constexpr std::size_t frame_limit = 4096;
constexpr rpc::MessageLimits limits{.depth = 16, .values = 1000};

struct Reading {
  std::vector<std::string> frames;
  bool refused = false;

  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(ByteView input, std::size_t piece) {
  Reading reading;
  rpc::FrameReader reader(frame_limit);
  while (!input.empty() && !reading.refused) {
    const std::size_t size = std::min(piece, input.size());
    reader.append(input.substr(0, size));
    input.remove_prefix(size);
    auto frame = reader.next();
    for (; frame && *frame; frame = reader.next()) {
      require((*frame)->size() <= frame_limit, "a frame is no larger than the limit");
      reading.frames.emplace_back(**frame);
    }
    reading.refused = !frame;
  }
  return reading;
}

void check_message(ByteView bytes) {
  const auto message = rpc::decode(bytes, limits);
  if (!message) return;
  const auto pack = [](const auto& each) {
    return rpc::encode(each);
  };
  const std::string packed = std::visit(pack, *message);
  // The bounds may be passed now: what was left out, such as "params", is there.
  const auto again = rpc::decode(packed);
  require(again.has_value(), "what is encoded can be decoded");
  require(std::visit(pack, *again) == packed, "decode is the inverse of encode");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView input = eddy::fuzz::view_of(data, size);
  const std::size_t piece = eddy::fuzz::take_octet(input) + 1;
  const Reading reading = read(input, piece);
  require(reading == read(input, 1), "frames do not depend on how they come");
  for (const std::string& frame : reading.frames)
    check_message(frame);
  check_message(input);
  return 0;
}
