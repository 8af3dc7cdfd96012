// SPDX-License-Identifier: MIT
//
// A crawl with limits: workers follow links, a consumer counts what they bring, and it ends cleanly
// when all is fetched, when its time is over, or on SIGINT. An argument sets how many pages.
#include <eddy/base/log.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/signal_watcher.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "crawler.hpp"

using eddy::Future;
using eddy::Next;
using namespace std::chrono_literals;

namespace {

struct Counts {
  int fetched = 0;
  int slow = 0;
  int broken = 0;

  void add(const Fetched& result) {
    if (result.page) {
      ++fetched;
    } else if (result.page.error() == eddy::Errc::timed_out) {
      ++slow;
    } else {
      ++broken;
    }
  }
};

/// Takes the results one after the other, until they end.
Future<void> consume(eddy::Loop& loop, Crawler& crawler, Counts& counts) {
  return eddy::repeat(loop, [&crawler, &counts] {
    return crawler.next().then([&counts](std::optional<Fetched> result) {
      if (!result) return Next::done;
      counts.add(*result);
      return Next::again;
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  Crawler::Config config;
  if (argc > 1) config.max_pages = std::strtoul(argv[1], nullptr, 10);
  if (config.max_pages == 0) return 2;
  eddy::Loop loop;
  Site site(loop);
  Crawler crawler(loop, site, config);
  Counts counts;

  eddy::TaskGroup background(loop);
  eddy::Task crawl = background.spawn(
      "crawl", crawler.run(1).timeout(10s).finally([&crawler] { return crawler.stop(); }));
  auto interrupt = eddy::SignalWatcher::watch(loop, SIGINT, [&crawl](int) { crawl.cancel(); });
  if (!interrupt) return 1;
  eddy::log::info("crawling", {{"pages", config.max_pages}});

  // Whatever ends the crawl, the results end, and with them the consumer.
  const eddy::Result<void> result = loop.run_until(consume(loop, crawler, counts));
  std::printf("%d fetched, %d too slow, %d broken\n", counts.fetched, counts.slow, counts.broken);
  return result ? 0 : 1;
}
