// SPDX-License-Identifier: MIT
//
// A web site that exists in this process alone: pages with links, some slow, some broken.
#pragma once

#include <eddy/core/loop.hpp>

#include <string>
#include <vector>

struct Page {
  std::string title;
  std::vector<int> links;
};

class Site {
 public:
  explicit Site(eddy::Loop& loop) : loop_(loop) {}

  /// Fetches page `number`; it has links to two others.
  /// Errors: Errc::protocol for pages that are broken.
  /// Cancel: total.
  eddy::Future<Page> fetch(int number) {
    using namespace std::chrono_literals;
    const bool slow = number % 8 == 5;
    return loop_.sleep(slow ? 10s : 2ms).then([number]() -> eddy::Result<Page> {
      if (number % 8 == 7) return eddy::Error(eddy::Errc::protocol, "no such page");
      return Page{"page " + std::to_string(number), {2 * number, 2 * number + 1, 1}};
    });
  }

 private:
  eddy::Loop& loop_;
};
