// SPDX-License-Identifier: MIT
//
// A bounded queue between a producer and its workers, and a semaphore that spares what they use.
#include <eddy/core/loop.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/semaphore.hpp>
#include <eddy/core/task_group.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

using eddy::Future;
using eddy::Next;
using namespace std::chrono_literals;

namespace {

class Crawl {
 public:
  explicit Crawl(eddy::Loop& loop) : loop_(loop), workers_(loop) {}

  /// Resolves when every page was fetched and all workers have gone.
  Future<void> run(int pages) {
    for (int i = 1; i <= 4; ++i)
      workers_.spawn("worker " + std::to_string(i), work());
    return put_all(pages)
        .then([this] { return queue_.join(); })
        .then([this] {
          queue_.close();
          return workers_.empty();
        })
        .then([this] { std::printf("%d pages, at most %d at a time\n", fetched_, most_); });
  }

 private:
  Future<void> put_all(int pages) {
    return eddy::repeat(loop_, [this, pages, page = 0]() mutable {
      const bool last = ++page == pages;
      return queue_.put(page).then([last] { return last ? Next::done : Next::again; });
    });
  }

  Future<void> work() {
    return eddy::repeat(loop_, [this] {
      return queue_.get()
          .then([this](int page) { return fetch(page); })
          .then([this]() -> eddy::Result<Next> {
            if (auto done = queue_.task_done(); !done) return std::move(done).error();
            return Next::again;
          })
          .or_else(eddy::Errc::closed, [](const eddy::Error&) { return Next::done; });
    });
  }

  Future<void> fetch(int page) {
    return connections_.acquire().then([this, page](eddy::Permit connection) {
      most_ = std::max(most_, ++busy_);
      return loop_.sleep(page * 1ms)
          .then([this] {
            --busy_;
            ++fetched_;
          })
          .attach(std::move(connection));
    });
  }

  eddy::Loop& loop_;
  eddy::Queue<int> queue_{2};
  eddy::Semaphore connections_{3};
  int busy_ = 0;
  int most_ = 0;
  int fetched_ = 0;
  eddy::TaskGroup workers_;
};

}  // namespace

int main() {
  eddy::Loop loop;
  Crawl crawl(loop);
  const eddy::Result<void> result = loop.run_until(crawl.run(10));
  if (!result) std::printf("failed: %s\n", result.error().message().c_str());
  return result ? 0 : 1;
}
