// SPDX-License-Identifier: MIT
//
// Follows links from page to page within limits: of pages, of workers, of rate, of time.
#pragma once

#include <eddy/core/channel.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/rate_limiter.hpp>
#include <eddy/core/task_group.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>

#include "site.hpp"

/// What became of one page.
struct Fetched {
  int number;
  eddy::Result<Page> page;
};

class Crawler {
 public:
  struct Config {
    std::size_t max_pages = 12;
    int workers = 3;
    std::size_t pages_per_second = 200;
    std::size_t burst = 4;
    eddy::Duration page_limit = std::chrono::milliseconds(50);
  };

  Crawler(eddy::Loop& loop, Site& site, Config config);

  /// Begins with page `first`. Resolves when there is nothing more to fetch and all workers have
  /// gone; the results end then.
  eddy::Future<void> run(int first);
  /// Softly cancels what is being fetched. The results end.
  eddy::Future<void> stop();

  /// The next result, or nothing at the end. Who does not ask stops the workers.
  eddy::Future<std::optional<Fetched>> next() { return results_.receive(); }

 private:
  eddy::Future<void> work();
  eddy::Future<void> fetch(int number);
  eddy::Future<void> hand_over(int number, eddy::Result<Page> page);
  void follow(int link);

  eddy::Loop& loop_;
  Site& site_;
  const Config config_;
  std::unordered_set<int> seen_;
  eddy::Queue<int> to_fetch_;
  eddy::Channel<Fetched> results_{2};
  eddy::RateLimiter limiter_;
  eddy::TaskGroup workers_;  // last, so that it dies first
};
