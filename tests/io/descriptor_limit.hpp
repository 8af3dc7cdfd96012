// SPDX-License-Identifier: MIT
//
// A process with few descriptors.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>

namespace eddy::testing {

/// Leaves the process so many descriptors for as long as it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(std::size_t left) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    const int next = dup(0);
    close(next);
    limit.rlim_cur = static_cast<rlim_t>(next) + left;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
};

}  // namespace eddy::testing
