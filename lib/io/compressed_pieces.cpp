// SPDX-License-Identifier: MIT
#include <eddy/io/compressed_pieces.hpp>

#include <eddy/core/async_generator.hpp>

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>

#include "io/file_pool.hpp"

namespace eddy {
namespace {

/// The most that a thread makes before it lets others have their turn.
constexpr std::size_t output_step = 64 * 1024;

/// A codec as the flow of pieces wants it, with the two directions made equal.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual Result<CodecStep> step(ByteView input, std::span<char> room) = 0;
  /// There is no more input; whether what is kept back comes with further steps.
  virtual Result<bool> end() = 0;
};

class Packing final : public Codec {
 public:
  Packing(Compressor&& compressor, CodecFlush each) noexcept
      : compressor_(std::move(compressor)), flush_(each) {}
  Result<CodecStep> step(ByteView input, std::span<char> room) override {
    return compressor_.step(input, room, flush_);
  }
  Result<bool> end() override {
    flush_ = CodecFlush::finish;
    return true;
  }

 private:
  Compressor compressor_;
  CodecFlush flush_;
};

class Unpacking final : public Codec {
 public:
  explicit Unpacking(Decompressor&& decompressor) noexcept
      : decompressor_(std::move(decompressor)) {}
  Result<CodecStep> step(ByteView input, std::span<char> room) override {
    return decompressor_.step(input, room);
  }
  Result<bool> end() override {
    if (Result<void> whole = decompressor_.finish(); !whole) return std::move(whole).error();
    return false;
  }

 private:
  Decompressor decompressor_;
};

/// What a thread has at hand. Shared with it, since the flow may be gone before the thread is done.
struct Work {
  std::unique_ptr<Codec> codec;
  std::string piece = {};
  ByteView input = {};  // the part of the piece that is not used up
  bool more = false;    // there is output that found no room

  void take(std::string&& next) {
    piece = std::move(next);
    input = piece;
  }

  /// The next output, which is nothing if the codec wants more input first.
  Result<std::string> run() {
    std::string room(output_step, '\0');
    std::size_t filled = 0;
    while (filled < room.size() && (more || !input.empty())) {
      Result<CodecStep> done = codec->step(input, std::span(room).subspan(filled));
      if (!done) return failed(std::move(done).error(), std::move(room), filled);
      input.remove_prefix(done->consumed);
      filled += done->produced;
      more = done->more;
    }
    return cut(std::move(room), filled);
  }

 private:
  static std::string cut(std::string&& room, std::size_t filled) {
    room.resize(filled);
    if (filled < output_step / 2) room.shrink_to_fit();
    return std::move(room);
  }
  /// What stands before the damage is given first: the codec tells its error once more then.
  Result<std::string> failed(Error why, std::string&& room, std::size_t filled) {
    if (filled == 0) return why;
    more = true;
    return cut(std::move(room), filled);
  }
};

/// Asks for pieces and yields what the codec makes of them. What it works on belongs to no next(),
/// so none that is dropped loses it.
class CodecFlow {
 public:
  CodecFlow(Loop& loop, AsyncIterator<std::string> pieces, Result<std::unique_ptr<Codec>> codec)
      : loop_(loop), pieces_(std::move(pieces)) {
    if (codec) {
      work_->codec = *std::move(codec);
    } else {
      unusable_ = std::move(codec).error();
    }
  }

  Future<void> run(Yielder<std::string>& yield) {
    Future<void> all = unusable_ ? failed_future<void>(*unusable_) : pull(yield);
    return std::move(all).finally([this] { return pieces_.close(); });
  }

 private:
  Future<void> pull(Yielder<std::string>& yield) {
    return pieces_.next().then([this, &yield](std::optional<std::string> piece) {
      if (!piece) return end(yield);
      work_->take(*std::move(piece));
      return push(yield).then([this, &yield] { return pull(yield); });
    });
  }

  Future<void> end(Yielder<std::string>& yield) {
    const Result<bool> ended = work_->codec->end();
    if (!ended) return failed_future<void>(ended.error());
    if (!*ended) return ready_future();
    work_->more = true;
    return push(yield);
  }

  /// Yields all that comes of the piece at hand.
  Future<void> push(Yielder<std::string>& yield) {
    return detail::FilePool::of(loop_)
        .run([work = work_](const std::stop_token&) { return work->run(); }, EDDY_HERE)
        .then([this, &yield](std::string output) {
          if (output.empty()) return ready_future();
          return yield(std::move(output)).then([this, &yield] {
            return work_->more || !work_->input.empty() ? push(yield) : ready_future();
          });
        });
  }

  Loop& loop_;
  AsyncIterator<std::string> pieces_;
  const std::shared_ptr<Work> work_ = std::make_shared<Work>();
  std::optional<Error> unusable_;
};

AsyncIterator<std::string> flow(Loop& loop,
                                AsyncIterator<std::string> pieces,
                                Result<std::unique_ptr<Codec>> codec) {
  return AsyncGenerator<std::string>(
      [flow = std::make_unique<CodecFlow>(loop, std::move(pieces), std::move(codec))](
          Yielder<std::string>& yield) { return flow->run(yield); });
}

}  // namespace

AsyncIterator<std::string> decompressed(Loop& loop,
                                        AsyncIterator<std::string> pieces,
                                        Compression format,
                                        DecompressOptions options) {
  Result<Decompressor> made = Decompressor::make(format, options);
  if (!made) return flow(loop, std::move(pieces), std::move(made).error());
  return flow(loop, std::move(pieces), std::make_unique<Unpacking>(*std::move(made)));
}

AsyncIterator<std::string> compressed(Loop& loop,
                                      AsyncIterator<std::string> pieces,
                                      Compression format,
                                      CompressOptions options,
                                      CodecFlush each) {
  EDDY_ASSERT(each != CodecFlush::finish, "the end of the data comes with that of the pieces");
  Result<Compressor> made = Compressor::make(format, options);
  if (!made) return flow(loop, std::move(pieces), std::move(made).error());
  return flow(loop, std::move(pieces), std::make_unique<Packing>(*std::move(made), each));
}

}  // namespace eddy
