// SPDX-License-Identifier: MIT
//
// Streams under random schedules: however short the reads and writes are, all octets that were
// written arrive, in order, and then the end does.
#include <eddy/core/repeat.hpp>
#include <eddy/io/duplex.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <string>
#include <tuple>
#include <utility>

using namespace eddy;
using eddy::testing::fewer_if_watched;
using eddy::testing::for_each_seed;
using eddy::testing::RandomFixture;

namespace {

constexpr std::uint64_t seeds = 10'000;

/// Writes a few texts, and reads them at the other end, each in its own time.
class Talk {
 public:
  explicit Talk(RandomFixture& fixture) : t_(fixture) {
    DuplexOptions options;
    options.capacity = 1 + t_.random.below(2U << t_.random.below(12));
    std::tie(writer_, reader_) = duplex(t_.loop, options);
  }

  void run() {
    auto writing = write(t_.random.below(6));
    auto reading = read();
    t_.run_to_end();
    CHECK(writing.ready());
    CHECK(t_.get(std::move(reading)).error() == Errc::end_of_stream);
    CHECK(read_ == written_);
  }

 private:
  Future<void> write(std::size_t texts) {
    if (texts == 0) return writer_.shutdown();
    const std::string text(t_.random.below(2U << t_.random.below(10)),
                           static_cast<char>('a' + texts));
    written_ += text;
    writer_.write(text);
    return writer_.drain().then([this] { return t_.some_time(); }).then([this, texts] {
      return write(texts - 1);
    });
  }
  Future<void> read() {
    return reader_.read(1 + t_.random.below(1000))
        .then([this](const std::string& text) {
          read_ += text;
          return t_.some_time();
        })
        .then([this] { return read(); });
  }

  RandomFixture& t_;
  Stream writer_;
  Stream reader_;
  std::string written_;
  std::string read_;
};

}  // namespace

TEST_CASE("under any schedule a stream brings all octets in order, and then the end") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) { Talk(t).run(); });
}
