// SPDX-License-Identifier: MIT
//
// Reads a log line by line, counts the lines by their first word, and replaces a report with the
// result: `files LOG REPORT`. Without arguments it makes a small log first.
#include <eddy/core/iterate.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/file_lock.hpp>
#include <eddy/io/file_reader.hpp>
#include <eddy/io/file_writer.hpp>
#include <eddy/io/fs.hpp>
#include <eddy/io/walk.hpp>
#include <eddy/io/write_atomically.hpp>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <tuple>
#include <utility>

using eddy::File;
using eddy::FileLock;
using eddy::FileReader;
using eddy::FileWriter;
using eddy::Future;
namespace fs = eddy::fs;
using namespace std::chrono_literals;

namespace {

using Counts = std::map<std::string, int>;

Future<Counts> count_words(eddy::Loop& loop, std::string log) {
  return eddy::open_file(loop, std::move(log)).then([](File file) {
    FileReader reader(std::move(file));
    auto lines = reader.lines();
    return std::move(lines)
        .fold(Counts(),
              [](Counts counts, const std::string& line) {
                ++counts[line.substr(0, line.find(' '))];
                return counts;
              })
        .attach(std::move(reader));
  });
}

std::string text_of(const Counts& counts) {
  std::string text;
  for (const auto& [word, count] : counts)
    text += word + ' ' + std::to_string(count) + '\n';
  return text;
}

/// One report at a time, whoever else was started; who reads it sees the old one or the new one.
Future<void> make_report(eddy::Loop& loop, const std::string& log, const std::string& report) {
  return eddy::lock_file(loop, report + ".lock")
      .timeout(5s)
      .then([&loop, log, report](FileLock lock) {
        return count_words(loop, log)
            .then([&loop, report](const Counts& counts) {
              return fs::write_atomically(loop, report, text_of(counts));
            })
            .attach(std::move(lock));
      });
}

Future<void> write_log(eddy::Loop& loop, std::string path) {
  return eddy::open_file(loop, std::move(path), {.write = true, .create = true})
      .then([](File file) {
        FileWriter writer(std::move(file));
        for (int i = 0; i < 1000; ++i)
          std::ignore =
              writer.write(i % 10 == 0 ? "ERROR disk\n" : "INFO request\n");  // close() tells
        return writer.close().attach(std::move(writer));
      });
}

Future<void> show(eddy::Loop& loop, const std::string& directory) {
  return fs::walk(loop, directory).for_each([&loop](const fs::DirectoryEntry& entry) {
    return fs::stat(loop, entry.path)
        .then([name = std::string(entry.name())](const eddy::FileStatus& status) {
          std::printf(
              "%s: %llu octets\n", name.c_str(), static_cast<unsigned long long>(status.size));
        });
  });
}

/// The whole in a directory of its own, which is gone afterwards.
Future<void> demonstrate(eddy::Loop& loop) {
  return fs::mkdtemp(loop, "/tmp/eddy-files-").then([&loop](const std::string& directory) {
    const std::string log = directory + "/log";
    const std::string report = directory + "/report";
    return write_log(loop, log)
        .then([&loop, log, report] { return make_report(loop, log, report); })
        .then([&loop, report] { return fs::read_file(loop, report, 1 << 20); })
        .then([](const std::string& text) { std::printf("%s", text.c_str()); })
        .then([&loop, directory] { return show(loop, directory); })
        .finally([&loop, directory] {
          return fs::remove_all(loop, directory).then([](std::uint64_t) {});
        });
  });
}

}  // namespace

int main(int argc, char** argv) {
  eddy::Loop loop;
  const auto result =
      loop.run_until(argc == 3 ? make_report(loop, argv[1], argv[2]) : demonstrate(loop));
  if (result) return 0;
  std::fprintf(stderr, "files: %s\n", result.error().message().c_str());
  return 1;
}
