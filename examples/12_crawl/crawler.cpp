// SPDX-License-Identifier: MIT
#include "crawler.hpp"

#include <eddy/core/repeat.hpp>

#include <tuple>
#include <utility>

using eddy::Future;
using eddy::Next;
using eddy::Result;
using namespace std::chrono_literals;

Crawler::Crawler(eddy::Loop& loop, Site& site, Config config)
    : loop_(loop),
      site_(site),
      config_(config),
      to_fetch_(config.max_pages),
      limiter_(loop, {.tokens = config.pages_per_second, .burst = config.burst}),
      workers_(loop) {}

Future<void> Crawler::run(int first) {
  follow(first);
  for (int i = 1; i <= config_.workers; ++i)
    workers_.spawn("worker " + std::to_string(i), work());
  return to_fetch_.join()
      .then([this] {
        to_fetch_.close();
        return workers_.empty();
      })
      .then([this] { results_.close(); });
}

Future<void> Crawler::stop() {
  to_fetch_.close();
  return workers_.stop(1s).then([this] { results_.close(); });
}

Future<void> Crawler::work() {
  return eddy::repeat(loop_, [this] {
    return to_fetch_.get()
        .then([this](int number) { return fetch(number); })
        .then([this]() -> Result<Next> {
          if (auto done = to_fetch_.task_done(); !done) return std::move(done).error();
          return Next::again;
        })
        .or_else(eddy::Errc::closed, [](const eddy::Error&) { return Next::done; });
  });
}

Future<void> Crawler::fetch(int number) {
  return limiter_.acquire()
      .then([this, number] { return site_.fetch(number).timeout(config_.page_limit); })
      .then([this, number](Page page) {
        for (int link : page.links)
          follow(link);
        return hand_over(number, std::move(page));
      })
      .or_else([this, number](eddy::Error error) { return hand_over(number, std::move(error)); });
}

Future<void> Crawler::hand_over(int number, Result<Page> page) {
  return results_.send(Fetched{number, std::move(page)});
}

void Crawler::follow(int link) {
  // Each page is put once, so that the queue has room for all that may be put.
  if (seen_.size() == config_.max_pages || !seen_.insert(link).second) return;
  std::ignore = to_fetch_.try_put(int(link));  // refused when the crawl is being stopped
}
