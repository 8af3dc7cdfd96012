// SPDX-License-Identifier: MIT
#include <eddy/io/pieces.hpp>

#include <eddy/base/bytes.hpp>
#include <eddy/core/async_generator.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace eddy {
namespace {

class StreamPieces final : public AsyncSource<std::string> {
 public:
  StreamPieces(Stream& stream, std::size_t max) noexcept : stream_(stream), max_(max) {}

  Future<std::optional<std::string>> next() override {
    return stream_.read(max_)
        .then([](std::string piece) { return std::optional(std::move(piece)); })
        .or_else(Errc::end_of_stream, [](const Error&) { return std::optional<std::string>(); });
  }

 private:
  Stream& stream_;
  const std::size_t max_;
};

/// Cuts lines out of pieces. What it has begun belongs to no next(), so none that is dropped loses
/// it.
class LineCutter {
 public:
  LineCutter(AsyncIterator<std::string> pieces, std::size_t limit) noexcept
      : pieces_(std::move(pieces)), limit_(limit) {}

  Future<void> run(Yielder<std::string>& yield) {
    return step(yield).finally([this] { return pieces_.close(); });
  }

 private:
  Future<void> step(Yielder<std::string>& yield) {
    return pieces_.next().then([this, &yield](const std::optional<std::string>& piece) {
      if (!piece) return last_line(yield);
      there_.append(*piece);
      return whole_lines(yield);
    });
  }

  Future<void> whole_lines(Yielder<std::string>& yield) {
    const ByteView all = there_.view();
    const std::size_t end = all.find('\n', searched_);
    if (end == ByteView::npos) {
      searched_ = all.size();
      // The last octet may be the first of a "\r\n" beyond the limit.
      return all.size() > limit_ + 1 ? too_long() : step(yield);
    }
    ByteView line = all.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > limit_) return too_long();
    std::string item(line);
    there_.consume(end + 1);
    searched_ = 0;
    return yield(std::move(item)).then([this, &yield] { return whole_lines(yield); });
  }

  Future<void> last_line(Yielder<std::string>& yield) {
    if (there_.empty()) return ready_future();
    if (there_.size() > limit_) return too_long();
    return yield(std::string(there_.view()));
  }

  Future<void> too_long() const {
    return failed_future<void>(
        Error(Errc::too_large, "a line of more than " + std::to_string(limit_) + " octets"));
  }

  AsyncIterator<std::string> pieces_;
  const std::size_t limit_;
  Buffer there_;
  std::size_t searched_ = 0;  // of it, in which there is no end of a line
};

}  // namespace

AsyncIterator<std::string> pieces(Stream& stream, std::size_t max) {
  return make_iterator<StreamPieces>(stream, max);
}

AsyncIterator<std::string> lines(AsyncIterator<std::string> pieces, std::size_t limit) {
  return AsyncGenerator<std::string>(
      [cutter = std::make_unique<LineCutter>(std::move(pieces), limit)](
          Yielder<std::string>& yield) { return cutter->run(yield); });
}

}  // namespace eddy
