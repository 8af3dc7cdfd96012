// SPDX-License-Identifier: MIT
//
// A FileReader of a file that the kernel has in memory, or the beginning of it.
#include <eddy/io/file_reader.hpp>

#include <memory>
#include <optional>
#include <string>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

constexpr std::size_t mebibyte = 1U << 20;

/// Chunks so small that everything crosses their borders.
constexpr FileReaderOptions tiny{.first_chunk = 3, .chunk = 4, .ahead = 2};

FileReader a_reader(FileFixture& t, std::string_view content, FileReaderOptions options = tiny) {
  return FileReader(t.open(t.directory.put("a", content)), options);
}

/// How many reads threads have made, or begun.
int reads_in_threads() {
  return Fault::calls(FaultyCall::read);
}

}  // namespace

TEST_CASE("what the kernel has in memory is read without a thread") {
  FileFixture t;
  const Cached cached;
  const Fault count;
  FileReader reader = a_reader(t, "one\ntwo\nlast");

  CHECK(t.get(reader.read_line()).value() == "one");
  CHECK(t.get(reader.read(2)).value() == "tw");
  CHECK(reader.tell() == 6);
  CHECK(t.get(reader.read_all(100)).value() == "o\nlast");
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
  CHECK(reads_in_threads() == 0);
}

TEST_CASE("from the first octet on that is not in memory, threads read") {
  FileFixture t;
  const Cached cached(5);
  const Fault count;
  FileReader reader = a_reader(t, "abcdefghijklmnopqrstuvwxyz");

  CHECK(t.get(reader.read_exactly(5)).value() == "abcde");
  CHECK(reads_in_threads() == 0);
  CHECK(t.get(reader.read_all(100)).value() == "fghijklmnopqrstuvwxyz");
  CHECK(reads_in_threads() > 0);
}

TEST_CASE("a reader that went over to threads stays with them until seek") {
  FileFixture t;
  const Fault count;
  FileReader reader = a_reader(t, "abcdefgh");
  CHECK(t.get(reader.read(1)).value() == "a");

  const Cached cached;
  CHECK(t.get(reader.read_exactly(7)).value() == "bcdefgh");
  const int before = reads_in_threads();
  CHECK(before > 1);
  REQUIRE(reader.seek(2));
  CHECK(t.get(reader.read_all(100)).value() == "cdefgh");
  CHECK(reads_in_threads() == before);
}

TEST_CASE("a thread tells the error of a read that failed on the loop's thread") {
  FileFixture t;
  const Fault broken(FaultyCall::read, EIO);
  FileReader reader = a_reader(t, "abc");

  const Error error = t.get(reader.read()).error();
  CHECK(error == std::errc::io_error);
  CHECK(error.message().find("read " + t.directory.path()) != std::string::npos);
}

TEST_CASE("a file in memory that has grown can be read on") {
  FileFixture t;
  const Cached cached;
  FileReader reader = a_reader(t, "ab");
  CHECK(t.get(reader.read_all(10)).value() == "ab");
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);

  t.directory.put("a", "abcd");

  CHECK(t.get(reader.read_all(10)).value() == "cd");
}

TEST_CASE("a reader sees what was written before it was made") {
  FileFixture t;
  const Cached cached;
  File file = t.open(t.directory.put("a", "....."), {.read = true, .write = true});
  Gate gate;
  Future<void> written = file.write_at(0, "hello");
  gate.wait_for(1);
  FileReader reader(std::move(file));
  Future<std::string> read = reader.read();
  CHECK_FALSE(t.poll(read));

  gate.open();

  CHECK(t.get(std::move(written)));
  CHECK(t.get(std::move(read)).value() == "hello");
}

TEST_CASE("other work has its turn after a mebibyte that was in memory") {
  FileFixture t;
  const Cached cached;
  const Fault count;
  const std::string content(3 * mebibyte, 'x');
  FileReader reader = a_reader(t, content, {});

  Future<std::string> all = reader.read_all(4 * mebibyte);
  bool other_ran = false;
  Future<void> other = t.loop.next_turn().then([&other_ran] { other_ran = true; });
  CHECK_FALSE(all.ready());

  CHECK(t.get(std::move(all)).value() == content);
  CHECK(other_ran);
  CHECK(reads_in_threads() == 0);
}

TEST_CASE("many small reads of what is in memory let other work have its turn, too") {
  FileFixture t;
  const Cached cached;
  const std::string content(1000, 'x');
  FileReader reader = a_reader(t, content);

  Future<std::string> all = reader.read_all(1000);
  CHECK_FALSE(all.ready());

  CHECK(t.get(std::move(all)).value() == content);
}

TEST_CASE("readers of files in memory have their turns one after the other") {
  FileFixture t;
  const Cached cached;
  FileReader large(t.open(t.directory.put("large", std::string(8 * mebibyte, 'x'))));
  FileReader small(t.open(t.directory.put("small", std::string(2 * mebibyte, 'x'))));
  Future<std::string> all = large.read_all(9 * mebibyte);

  CHECK(t.get(small.read_all(9 * mebibyte)).value().size() == 2 * mebibyte);

  CHECK_FALSE(all.ready());
  CHECK(t.get(std::move(all)).value().size() == 8 * mebibyte);
}

TEST_CASE("a reader that ends with its turn leaves the next one to the others") {
  FileFixture t;
  const Cached cached;
  FileReader one(t.open(t.directory.put("one", std::string(3 * mebibyte, 'x'))));
  FileReader other(t.open(t.directory.put("other", std::string(3 * mebibyte, 'x'))));
  Future<std::string> first;
  Future<std::string> second;

  // In a callback of its own: so the first ends with the last octet of its second turn.
  CHECK(t.loop.poster().post([&] {
    first = one.read_exactly(2 * mebibyte);
    second = other.read_exactly(2 * mebibyte);
  }));
  t.run_until_idle();

  CHECK(first.ready());
  CHECK(second.ready());
}

TEST_CASE("a reader that comes later has no turn before those that wait") {
  FileFixture t;
  const Cached cached;
  FileReader large(t.open(t.directory.put("large", std::string(4 * mebibyte, 'x'))));
  FileReader small(t.open(t.directory.put("small", "abc")));
  Future<std::string> all = large.read_all(9 * mebibyte);
  std::optional<Future<std::string>> late;
  bool at_once = true;

  CHECK(t.loop.poster().post([&] {
    late = small.read();
    at_once = late->ready();
  }));
  CHECK(t.get(std::move(all)).value().size() == 4 * mebibyte);

  CHECK_FALSE(at_once);
  CHECK(t.get(*std::move(late)).value() == "abc");
}

namespace {

/// A read that waits for the next turn, after some more than a mebibyte.
struct Yielding {
  explicit Yielding(FileFixture& t)
      : reader(a_reader(t, std::string(2 * mebibyte, 'x'), {})),
        read(reader.read_all(4 * mebibyte)) {
    CHECK_FALSE(read.ready());
    CHECK(reader.tell() > mebibyte);
  }
  FileReader reader;
  Future<std::string> read;
};

}  // namespace

TEST_CASE("a read that is dropped while other work has its turn takes nothing") {
  FileFixture t;
  const Cached cached;
  Yielding waiting(t);

  waiting.read = {};

  CHECK(waiting.reader.tell() == 0);
  CHECK(t.get(waiting.reader.read_all(4 * mebibyte)).value().size() == 2 * mebibyte);
}

TEST_CASE("a soft cancel while other work has its turn takes nothing") {
  FileFixture t;
  const Cached cached;
  Yielding waiting(t);
  auto late = std::move(waiting.read).timeout(Duration(0));

  CHECK(t.get(std::move(late)).error() == Errc::timed_out);
  CHECK(waiting.reader.tell() == 0);
}

TEST_CASE("a reader is closed while other work has its turn") {
  FileFixture t;
  const Cached cached;
  Yielding waiting(t);

  Future<void> closed = waiting.reader.close();

  CHECK(t.get(std::move(closed)));
  CHECK(t.get(std::move(waiting.read)).error() == Errc::closed);
}

TEST_CASE("a reader dies while other work has its turn") {
  FileFixture t;
  const Cached cached;
  Yielding waiting(t);

  waiting.reader = FileReader();

  CHECK(t.get(std::move(waiting.read)).error() == Errc::closed);
}

TEST_CASE("the loop dies while a reader lets other work have its turn") {
  const FaultyFiles files;
  const Cached cached;
  const OwnFolder directory;
  std::optional<Loop> loop(std::in_place);
  const std::string path = directory.put("a", std::string(2 * mebibyte, 'x'));
  FileReader reader(loop->run_until(open_file(*loop, path)).value());
  auto waiting = reader.read_all(4 * mebibyte);
  CHECK(reader.tell() > mebibyte);

  loop.reset();

  CHECK_FALSE(reader.open());
  CHECK_FALSE(waiting.ready());
}
