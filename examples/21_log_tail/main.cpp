// SPDX-License-Identifier: MIT
//
// Prints a log and what is added to it, until Ctrl-C: log_tail FILE. It stays with the name when
// the file behind it is replaced, cut, or comes later.
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/io/file_reader.hpp>
#include <eddy/io/fs.hpp>
#include <eddy/io/watcher.hpp>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

using eddy::Error;
using eddy::File;
using eddy::FileReader;
using eddy::FileStatus;
using eddy::Future;
using eddy::Next;

namespace {

class Tail {
 public:
  Tail(eddy::Loop& loop, eddy::Watcher watcher, std::string path)
      : loop_(loop), watcher_(std::move(watcher)), path_(std::move(path)) {}

  Future<void> follow() {
    return eddy::repeat(loop_, [this] {
      return look()
          .then([this] { return watcher_.next(); })
          .then([](const eddy::FileChange&) { return Next::again; })
          .or_else(eddy::Errc::closed, [](const Error&) { return Next::done; });
    });
  }
  void stop() { watcher_.close(); }

 private:
  /// The watcher only says that something happened; what it was is seen by looking.
  Future<void> look() {
    return print_rest()
        .then([this] { return eddy::fs::stat(loop_, path_); })
        .then([this](const FileStatus& now) { return turn_to(now); })
        .or_else(std::errc::no_such_file_or_directory, [](const Error&) {});  // it will come
  }

  Future<void> turn_to(const FileStatus& now) {
    const bool same = now.device == device_ && now.inode == inode_;
    if (!reader_.open() || !same) return print_rest().then([this] { return open(); });
    if (now.size >= reader_.tell()) return eddy::ready_future();
    end_line();
    if (eddy::Result<void> moved = reader_.seek(0); !moved) {
      return eddy::failed_future<void>(std::move(moved).error());
    }
    return print_rest();
  }

  Future<void> open() {
    end_line();
    return eddy::open_file(loop_, path_).then([this](File file) {
      Future<FileStatus> status = file.status();
      reader_ = FileReader(std::move(file));
      return std::move(status).then([this](const FileStatus& opened) {
        device_ = opened.device;
        inode_ = opened.inode;
        return print_rest();
      });
    });
  }

  Future<void> print_rest() {
    if (!reader_.open()) return eddy::ready_future();
    return eddy::repeat(loop_, [this] {
      return reader_.read()
          .then([this](const std::string& bytes) { return print_lines(bytes); })
          .then([] { return Next::again; })
          .or_else(eddy::Errc::end_of_stream, [](const Error&) { return Next::done; });
    });
  }

  /// What is no whole line yet waits for its rest, unless it is very long. Fails when nobody reads
  /// what is printed: a Loop ignores SIGPIPE.
  eddy::Result<void> print_lines(const std::string& bytes) {
    partial_ += bytes;
    const std::size_t whole = partial_.rfind('\n') + 1;
    const std::size_t count = partial_.size() - whole > longest ? partial_.size() : whole;
    const bool printed =
        std::fwrite(partial_.data(), 1, count, stdout) == count && std::fflush(stdout) == 0;
    if (!printed) return Error(std::error_code(errno, std::generic_category()), "print");
    partial_.erase(0, count);
    return {};
  }

  /// There will be no rest: the file is another now.
  void end_line() {
    if (!partial_.empty()) std::ignore = print_lines("\n");  // the next to print will tell
  }

  static constexpr std::size_t longest = 64 * 1024;

  eddy::Loop& loop_;
  eddy::Watcher watcher_;
  const std::string path_;
  FileReader reader_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::string partial_;
};

int complain(const Error& error) {
  std::fprintf(stderr, "log_tail: %s\n", error.message().c_str());
  return 1;
}

int run(const std::string& path) {
  eddy::Loop loop;
  auto watcher = eddy::Watcher::make(loop);
  if (!watcher) return complain(watcher.error());
  // Before the first look, so that nothing happens in between unseen.
  if (const auto watched = watcher->watch_file(path); !watched) return complain(watched.error());
  Tail tail(loop, *std::move(watcher), path);
  const auto interrupt = eddy::SignalWatcher::watch(loop, SIGINT, [&tail](int) { tail.stop(); });
  if (!interrupt) return complain(interrupt.error());
  const eddy::Result<void> result = loop.run_until(tail.follow());
  return result ? 0 : complain(result.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2) return run(argv[1]);
  std::fputs("usage: log_tail FILE\n", stderr);
  return 2;
}
