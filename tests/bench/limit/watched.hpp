// SPDX-License-Identifier: MIT
// What /proc tells of another process: the time it ran and the memory it made its own.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace bench {

class Watched {
 public:
  explicit Watched(int pid) : proc_("/proc/" + std::to_string(pid)) {}

  /// The time on a CPU of all threads that still live. Moves by a few percent where requests a
  /// second move by half, since it does not count the time that neighbours took.
  std::uint64_t cpu_ns() const {
    std::uint64_t sum = 0;
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator(proc_ + "/task", gone)) {
      std::uint64_t ran = 0;
      std::ifstream(task.path() / "schedstat") >> ran;
      sum += ran;
    }
    return sum;
  }

  std::uint64_t private_bytes() const {
    const std::string key = "Private_Dirty:";
    std::ifstream in(proc_ + "/smaps_rollup");
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with(key)) continue;
      return std::strtoull(line.c_str() + key.size(), nullptr, 10) * 1024;
    }
    return 0;
  }

 private:
  std::string proc_;
};

}  // namespace bench
