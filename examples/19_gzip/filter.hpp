// SPDX-License-Identifier: MIT
//
// Puts a codec between two streams. The codec itself knows nothing of streams.
#pragma once

#include <eddy/codec/compressor.hpp>
#include <eddy/codec/decompressor.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/io/stream.hpp>

#include <array>
#include <span>
#include <string>
#include <utility>

/// What a filter wants of a codec: one step, and the end.
struct Packing {
  eddy::Compressor codec;
  bool ending = false;

  eddy::Result<eddy::CodecStep> step(eddy::ByteView input, std::span<char> room) {
    return codec.step(input, room, ending ? eddy::CodecFlush::finish : eddy::CodecFlush::none);
  }
  eddy::Result<void> finish() {
    ending = true;  // what is left comes with the next steps
    return {};
  }
};

struct Unpacking {
  eddy::Decompressor codec;

  eddy::Result<eddy::CodecStep> step(eddy::ByteView input, std::span<char> room) {
    return codec.step(input, room);
  }
  eddy::Result<void> finish() { return codec.finish(); }
};

template <class Codec>
class Filter {
 public:
  Filter(Codec codec, eddy::Stream input, eddy::Stream output)
      : codec_(std::move(codec)), input_(std::move(input)), output_(std::move(output)) {}

  eddy::Future<void> run(eddy::Loop& loop) {
    return eddy::repeat(loop, [this, &loop] { return one_piece(loop); }).then([this] {
      return output_.shutdown();
    });
  }

 private:
  eddy::Future<eddy::Next> one_piece(eddy::Loop& loop) {
    return input_.read()
        .then([this, &loop](std::string piece) {
          piece_ = std::move(piece);
          rest_ = piece_;
          return steps(loop).then([] { return eddy::Next::again; });
        })
        .or_else(eddy::Errc::end_of_stream, [this, &loop](const eddy::Error&) {
          rest_ = {};
          return end(loop).then([] { return eddy::Next::done; });
        });
  }

  eddy::Future<void> end(eddy::Loop& loop) {
    if (eddy::Result<void> ended = codec_.finish(); !ended) {
      return eddy::failed_future<void>(std::move(ended).error());
    }
    return steps(loop);
  }

  /// Each step has a turn of its own, and waits until its output is on its way: a small piece may
  /// become a thousand times as much.
  eddy::Future<void> steps(eddy::Loop& loop) {
    return eddy::repeat(loop, [this] {
      eddy::Result<eddy::CodecStep> done = codec_.step(rest_, room_);
      if (!done) return eddy::failed_future<eddy::Next>(std::move(done).error());
      output_.write({room_.data(), done->produced});
      rest_.remove_prefix(done->consumed);
      const bool again = done->more || !rest_.empty();
      return output_.drain().then([again] { return again ? eddy::Next::again : eddy::Next::done; });
    });
  }

  Codec codec_;
  eddy::Stream input_;
  eddy::Stream output_;
  std::string piece_;
  eddy::ByteView rest_;
  std::array<char, 64 * 1024> room_;
};
