// SPDX-License-Identifier: MIT
#include <eddy/io/file.hpp>

#include <eddy/core/all.hpp>
#include <eddy/io/file_threads.hpp>
#include <eddy/io/resolver.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <vector>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

void make_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(made);
}

}  // namespace

TEST_CASE("what is written at an offset is read at it, and nothing has a position") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");

  CHECK(t.get(file.write_at(4, "efgh")));
  CHECK(t.get(file.write_at(0, "abcd")));

  CHECK(t.get(file.read_at(2, 4)).value() == "cdef");
  CHECK(t.get(file.read_at(0, 100)).value() == "abcdefgh");
}

TEST_CASE("a read beyond the end gives what there is, or nothing") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abc"));

  CHECK(t.get(file.read_at(2, 10)).value() == "c");
  CHECK(t.get(file.read_at(3, 10)).value().empty());
  CHECK(t.get(file.read_at(1'000'000, 10)).value().empty());
}

TEST_CASE("a careless count takes no memory before the file proves to be that long") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abc"));

  CHECK(t.get(file.read_at(0, std::size_t{1} << 50)).value() == "abc");
}

TEST_CASE("a file that is missing is made only if the options say so") {
  FileFixture t;

  CHECK(t.get(open_file(t.loop, t.directory / "a")).error() ==
        std::errc::no_such_file_or_directory);
  CHECK(t.directory.names().empty());
  const File made = t.open(t.directory / "a", {.write = true, .create = true, .mode = 0600});

  CHECK(t.directory.names() == "a");
}

TEST_CASE("a file that is made has the mode of the options") {
  FileFixture t;
  File made = t.open(t.directory / "a", {.write = true, .create = true, .mode = 0600});

  CHECK(t.get(made.status()).value().mode == 0600);
}

TEST_CASE("an exclusive open makes the file or fails") {
  FileFixture t;
  const OpenOptions exclusive{.write = true, .exclusive = true};

  CHECK(t.get(open_file(t.loop, t.directory / "a", exclusive)));
  CHECK(t.get(open_file(t.loop, t.directory / "a", exclusive)).error() == std::errc::file_exists);
}

TEST_CASE("truncate in the options empties a file, append writes to its end") {
  FileFixture t;
  File emptied = t.open(t.directory.put("a", "old"), {.write = true, .truncate = true});
  CHECK(t.get(emptied.size()).value() == 0);

  File log = t.open(t.directory.put("b", "first "), {.write = true, .append = true});
  CHECK(t.get(log.write_at(0, "second")));

  CHECK(t.directory.content("b") == "first second");
}

TEST_CASE("options that make no sense are refused before anything is touched") {
  FileFixture t;

  CHECK(t.get(open_file(t.loop, t.directory / "a", {.read = false})).error() == Errc::invalid);
  CHECK(t.get(open_file(t.loop, t.directory / "a", {.create = true})).error() == Errc::invalid);
  CHECK(t.get(open_file(t.loop, t.directory / "a", {.truncate = true})).error() == Errc::invalid);
  CHECK(t.directory.names().empty());
}

TEST_CASE("a path that is empty or has a NUL in it is refused") {
  FileFixture t;

  CHECK(t.get(open_file(t.loop, "")).error() == Errc::invalid);
  CHECK(t.get(open_file(t.loop, t.directory.put("a") + std::string("\0.txt", 5))).error() ==
        Errc::invalid);
}

TEST_CASE("a directory is refused") {
  FileFixture t;

  CHECK(t.get(open_file(t.loop, t.directory.path())).error() == std::errc::is_a_directory);
  CHECK(t.get(open_file(t.loop, t.directory.path(), {.write = true})).error() ==
        std::errc::is_a_directory);
}

// hardening 243
TEST_CASE("a FIFO is refused without waiting for its other end") {
  FileFixture t;
  const std::string path = t.directory / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);

  const Error reading = t.get(open_file(t.loop, path)).error();
  const Error writing = t.get(open_file(t.loop, path, {.read = false, .write = true})).error();
  const Error special = t.get(open_file(t.loop, path, {.special = true})).error();

  CHECK(reading == std::errc::operation_not_supported);
  CHECK(reading.message().find("open the FIFO " + path) != std::string::npos);
  CHECK(writing == std::errc::operation_not_supported);
  CHECK(special == std::errc::operation_not_supported);
}

// hardening 243
TEST_CASE("a socket and a device are refused") {
  FileFixture t;
  make_socket(t.directory / "socket");

  CHECK(t.get(open_file(t.loop, t.directory / "socket")).error() ==
        std::errc::operation_not_supported);
  CHECK(t.get(open_file(t.loop, "/dev/zero")).error() == std::errc::operation_not_supported);
}

TEST_CASE("a device is taken if the options say so") {
  FileFixture t;
  File zero = t.open("/dev/zero", {.special = true});

  CHECK(t.get(zero.read_at(0, 3)).value() == std::string(3, '\0'));
}

TEST_CASE("a symbolic link is followed unless the options say otherwise") {
  FileFixture t;
  REQUIRE(::symlink(t.directory.put("a", "abc").c_str(), (t.directory / "link").c_str()) == 0);

  File followed = t.open(t.directory / "link");
  CHECK(t.get(followed.read_at(0, 3)).value() == "abc");
  CHECK(t.get(open_file(t.loop, t.directory / "link", {.follow_symlinks = false})).error() ==
        std::errc::too_many_symbolic_link_levels);
}

TEST_CASE("no child process inherits a file") {
  FileFixture t;
  const File file = t.open(t.directory.put("a"));

  CHECK((::fcntl(file.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("status tells kind, size, mode and time") {
  FileFixture t;
  const auto before = std::chrono::system_clock::now() - 1min;
  File file = t.open(t.directory.put("a", "abc"));

  const FileStatus status = t.get(file.status()).value();

  CHECK(status.kind == FileKind::regular);
  CHECK(status.size == 3);
  CHECK(status.links == 1);
  CHECK(status.modified > before);
}

TEST_CASE("truncate cuts a file, or fills it up with zeros") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abcdef"), {.write = true});

  CHECK(t.get(file.truncate(3)));
  CHECK(t.directory.content("a") == "abc");
  CHECK(t.get(file.truncate(5)));
  CHECK(t.directory.content("a") == std::string("abc\0\0", 5));
  CHECK(t.get(file.truncate(~std::uint64_t{0})).error() == std::errc::file_too_large);
}

TEST_CASE("sync, datasync, advise and preallocate do what the kernel offers") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");

  CHECK(t.get(file.write_at(0, "abc")));
  CHECK(t.get(file.sync()));
  CHECK(t.get(file.datasync()));
  CHECK(t.get(file.advise(FileAdvice::will_not_need)));
  const auto room = t.get(file.preallocate(0, 4096));

  CHECK((room || room.error() == std::errc::operation_not_supported));
}

TEST_CASE("a file that was opened elsewhere can be taken over") {
  FileFixture t;
  const int descriptor = ::open(t.directory.put("a", "abc").c_str(), O_RDONLY | O_CLOEXEC);
  File file = File::adopt(t.loop, descriptor, "mine");

  CHECK(t.get(file.read_at(0, 3)).value() == "abc");
  CHECK(t.get(file.write_at(0, "x")).error().message().starts_with("write mine at 0"));
}

TEST_CASE("operations have their effect in the order of the calls") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");

  auto first = file.write_at(0, "aaaa");
  auto read = file.read_at(0, 10);
  auto second = file.write_at(2, "bbbb");
  auto cut = file.truncate(5);
  auto size = file.size();
  auto third = file.write_at(0, "c");
  auto closed = file.close();

  CHECK(t.get(std::move(closed)));
  CHECK(t.get(std::move(read)).value() == "aaaa");
  CHECK(t.get(std::move(size)).value() == 5);
  CHECK(t.directory.content("a") == "cabbb");
  CHECK((first.ready() && second.ready() && cut.ready() && third.ready()));
}

TEST_CASE("reads of one file run at the same time, a write waits for them and runs alone") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abcd"), {.write = true});
  Gate gate;
  auto one = file.read_at(0, 1);
  auto two = file.read_at(1, 1);
  auto write = file.write_at(0, "xyz");
  auto late = file.read_at(2, 1);

  gate.wait_for(2);
  CHECK_FALSE(t.poll(write));
  gate.open(2);
  CHECK(t.get(std::move(one)).value() == "a");
  CHECK(t.get(std::move(two)).value() == "b");
  gate.wait_for(1);
  CHECK_FALSE(t.poll(late));
  gate.open();

  CHECK(t.get(std::move(write)));
  CHECK(t.get(std::move(late)).value() == "z");
}

TEST_CASE("a write that was given up still holds up what comes after it") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  Gate gate;
  auto given_up = file.write_at(0, "old");
  auto wanted = file.write_at(0, "new");
  gate.wait_for(1);

  given_up = {};
  CHECK_FALSE(t.poll(wanted));
  gate.open();

  CHECK(t.get(std::move(wanted)));
  CHECK(t.directory.content("a") == "new");
}

TEST_CASE("an operation whose turn has not come never happens if its future is dropped") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  Gate gate;
  auto first = file.write_at(0, "abc");
  auto dropped = file.write_at(0, "xyz");
  auto last = file.write_at(3, "def");
  gate.wait_for(1);

  dropped = {};
  gate.open();

  CHECK(t.get(std::move(last)));
  CHECK(first.ready());
  CHECK(t.directory.content("a") == "abcdef");
}

TEST_CASE("an error says what was tried with which file and where") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abc"));

  const Error error = t.get(file.write_at(4096, "x")).error();

  CHECK(error == std::errc::bad_file_descriptor);
  CHECK(error.context() == "write " + t.directory.path() + "/a at 4096");
}

TEST_CASE("a file that is closed refuses everything but to be closed") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abc"));

  CHECK(t.get(file.close()));

  CHECK_FALSE(file.open());
  CHECK(file.native_handle() == -1);
  CHECK(t.get(file.read_at(0, 1)).error() == Errc::closed);
  CHECK(t.get(file.close()));
}

// aiomisc: two different files compare equal while their hashes differ.
TEST_CASE("files cannot be compared, so that two are never taken for one") {
  CHECK_FALSE(std::equality_comparable<File>);
  CHECK(sizeof(File) == sizeof(void*));
}

// hardening 247
TEST_CASE("ten thousand operations at once hold up neither timers nor names that are looked up") {
  FileFixture t;
  std::vector<File> files;
  std::vector<Future<std::string>> reads;
  for (int i = 0; i < 10; ++i)
    files.push_back(t.open(t.directory.put(std::to_string(i), "abc")));
  Gate gate;

  for (std::size_t i = 0; i < 10'000; ++i)
    reads.push_back(files[i % files.size()].read_at(0, 3));
  gate.wait_for(4);
  auto timer = t.loop.sleep(1s);
  t.advance(1s);
  CHECK(timer.ready());
  Resolver resolver(t.loop, {.backend = ResolverBackend::system});
  CHECK(t.get(resolver.resolve("localhost")));
  CHECK(std::none_of(reads.begin(), reads.end(), [](const auto& read) { return read.ready(); }));
  gate.open();
  auto all_done = all(std::move(reads));

  CHECK(t.get(std::move(all_done)).value() == std::vector<std::string>(10'000, "abc"));
}

// hardening 247
TEST_CASE("what is more than the limit is refused, and what waits is served") {
  FileFixture t;
  REQUIRE(set_file_threads(t.loop, {.threads = 1, .queue_limit = 2}));
  File file = t.open(t.directory.put("a", "abc"));
  Gate gate;
  auto running = file.read_at(0, 1);
  gate.wait_for(1);
  auto second = file.read_at(1, 1);
  auto third = file.read_at(2, 1);

  auto refused = file.read_at(0, 1);
  gate.open();

  CHECK(refused.ready());
  CHECK(t.get(std::move(refused)).error() == Errc::overloaded);
  CHECK(t.get(std::move(running)).value() == "a");
  CHECK(t.get(std::move(second)).value() == "b");
  CHECK(t.get(std::move(third)).value() == "c");
}

TEST_CASE("a file can be closed at the limit too") {
  FileFixture t;
  REQUIRE(set_file_threads(t.loop, {.threads = 1, .queue_limit = 0}));
  File file = File::adopt(t.loop, ::open("/dev/null", O_RDONLY | O_CLOEXEC), "null");

  CHECK(t.get(file.read_at(0, 1)).error() == Errc::overloaded);
  CHECK(t.get(file.close()));
}

TEST_CASE("the threads of files are set before they are made") {
  FileFixture t;

  CHECK(set_file_threads(t.loop, {.threads = 0}).error() == Errc::invalid);
  CHECK(set_file_threads(t.loop, {.threads = 2}));
  CHECK(set_file_threads(t.loop, {.threads = 2}).error() == Errc::invalid);
}

TEST_CASE("a loop does not end before the operations that somebody waits for") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  bool written = false;
  auto write = file.write_at(0, "abc").then([&] { written = true; });

  t.loop.run();

  CHECK(written);
}
