// SPDX-License-Identifier: MIT
//
// What reading a file from one end to the other costs: a FileReader, without a copy, up to the end.
// limit/file_read.c does the same with read() in a thread.
//
//   file_read FILE
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/io/file_reader.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <utility>

using eddy::FileReader;
using eddy::Next;

namespace {

double nanoseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
}

/// Of the whole process.
double cpu() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto start = std::chrono::steady_clock::now();
  const double before = cpu();  // of loading the program
  eddy::Loop loop;
  std::uint64_t total = 0;

  auto opened = loop.run_until(eddy::open_file(loop, argv[1]));
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message().c_str());
    return 1;
  }
  FileReader reader(*std::move(opened));
  auto end = eddy::repeat(loop, [&] {
    return reader.peek().then([&](eddy::ByteView bytes) {
      total += bytes.size();
      reader.consume(bytes.size());
      return bytes.empty() ? Next::done : Next::again;
    });
  });
  if (!loop.run_until(std::move(end))) return 1;

  const std::chrono::duration<double, std::nano> wall = std::chrono::steady_clock::now() - start;
  const double mib = static_cast<double>(total) / (1024 * 1024);
  std::printf("name=read mib=%.0f cpu_ns=%.0f wall_ns=%.0f\n",
              mib,
              (cpu() - before) / mib,
              wall.count() / mib);
  return 0;
}
