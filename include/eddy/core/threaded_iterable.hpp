// SPDX-License-Identifier: MIT
//
// Items that a blocking function produces in a thread, read one by one on the loop.
//
//     auto lines = threaded_iterable<std::string>(pool, [path](ThreadYielder<std::string>& yield) {
//       std::ifstream file(path);
//       for (std::string line; std::getline(file, line);) yield(line);
//     });
//
// For a function that gives one value use ThreadPool::run().
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/core/threaded_iterable_statistic.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace eddy {

/// What a producer calls with each item.
///
/// Thread: the producer's.
template <class T>
class ThreadYielder {
 public:
  ThreadYielder(ThreadChannel<T> channel,
                std::stop_token stop,
                std::shared_ptr<ThreadedIterableStatistic> statistic) noexcept
      : channel_(std::move(channel)), stop_(std::move(stop)), statistic_(std::move(statistic)) {}

  /// Hands `item` over; sleeps while as many items wait for the reader as there is room for.
  ///
  /// Throws an Exception with Errc::canceled when nobody wants more items. Let it pass: the
  /// destructors on its way are the producer's clean-up. It is Errc::invalid in a callback of a
  /// Loop that the producer runs: there nobody may sleep.
  void operator()(T item) const {
    const Result<void> put = channel_.blocking_put(std::move(item));
    if (put) return note_enqueued();
    if (put.error() == Errc::invalid) throw Exception(put.error());
    throw Exception(Error(Errc::canceled, "threaded_iterable"));
  }
  /// Tells when nobody wants more items, for a producer that works long between two of them.
  const std::stop_token& stop_token() const noexcept { return stop_; }

 private:
  void note_enqueued() const noexcept {
    if (statistic_) ++statistic_->enqueued;
  }

  ThreadChannel<T> channel_;
  std::stop_token stop_;
  std::shared_ptr<ThreadedIterableStatistic> statistic_;  // null: nobody wants it
};

namespace detail {

/// Who comes first: the thread that begins to produce, or the reader who closes before that.
class ProducerStart {
 public:
  bool begin() noexcept { return !decided_.exchange(true); }
  bool prevent() noexcept { return !decided_.exchange(true); }

 private:
  std::atomic<bool> decided_{false};
};

template <class T, class Pool, class F>
class ThreadedSource final : public AsyncSource<T> {
 public:
  ThreadedSource(Pool& pool,
                 F&& producer,
                 std::size_t bound,
                 std::shared_ptr<ThreadedIterableStatistic>&& statistic,
                 Site site)
      : pool_(pool),
        site_(site),
        producer_(std::move(producer)),
        channel_(bound),
        statistic_(std::move(statistic)) {
    if (statistic_) statistic_->queue_size.set(static_cast<std::int64_t>(bound));
  }

  Future<std::optional<T>> next() override {
    if (producer_) start();
    return channel_.get()
        .then([this](T item) {
          if (statistic_) ++statistic_->yielded;
          return std::optional<T>(std::move(item));
        })
        .or_else([this](Error why) -> Result<std::optional<T>> {
          if (outcome_ && *outcome_) return std::optional<T>();
          told_ = true;
          return why;
        });
  }

  /// Resolves when the producer has ended: its clean-up has run.
  Future<void> close() override {
    producer_.reset();
    if (!job_.valid()) return ready_future();
    if (start_->prevent()) {
      job_ = {};
      return ready_future();
    }
    stop_.request_stop();
    return std::move(job_).then([this]() -> Result<void> {
      const bool known = told_ || *outcome_ || outcome_->error() == Errc::canceled;
      return known ? Result<void>() : *std::move(outcome_);
    });
  }

 private:
  void start() {
    auto produce = [producer = *std::move(producer_),
                    channel = channel_,
                    start = start_,
                    stop = stop_,
                    statistic = statistic_](std::stop_token pool_stop) mutable -> Result<void> {
      if (!start->begin()) return {};
      const std::stop_callback pass_on(pool_stop, [&stop] { stop.request_stop(); });
      const std::stop_callback wake(stop.get_token(), [&channel] { channel.close(); });
      ThreadYielder<T> yield(channel, stop.get_token(), std::move(statistic));
      if constexpr (is_result<std::invoke_result_t<F&, ThreadYielder<T>&>>) {
        return producer(yield);
      } else {
        producer(yield);
        return {};
      }
    };
    producer_.reset();
    if (statistic_) ++statistic_->started;
    job_ = pool_.run(std::move(produce), site_).complete([this](Result<void> outcome) {
      outcome_ = std::move(outcome);
      channel_.close(*outcome_ ? Error(Errc::closed) : outcome_->error());
    });
  }

  Pool& pool_;
  const Site site_;
  std::optional<F> producer_;  // until it starts
  ThreadChannel<T> channel_;
  const std::shared_ptr<ThreadedIterableStatistic> statistic_;  // null: nobody wants it
  std::optional<Result<void>> outcome_;  // of the producer, once it has ended
  bool told_ = false;                    // the reader knows its error
  std::stop_source stop_;
  std::shared_ptr<ProducerStart> start_ = std::make_shared<ProducerStart>();
  Future<void> job_;  // dies first: that requests the stop
};

}  // namespace detail

/// The items that `producer` yields, called in a thread of `pool` (a ThreadPool or SeparateThreads)
/// with a ThreadYielder<T>&.
///
/// The thread starts at the first next() and is at most `bound` items (at least 1) ahead of the
/// reader. An error of the producer (what it throws or returns as a Result) comes after the items
/// that it yielded before. close() stops the producer, also one that waits for room, and resolves
/// when it has ended; dropping the iterator stops it too and does not wait. A `statistic` that is
/// given counts what passes.
/// Errors: as ThreadPool::run(), from the first next().
/// Lifetime: the pool must outlive the iterator.
template <class T, class Pool, class F>
  requires(std::is_invocable_v<std::decay_t<F>&, ThreadYielder<T>&>)
[[nodiscard]] AsyncIterator<T> threaded_iterable(
    Pool& pool,
    F&& producer,
    std::size_t bound = 1024,
    std::shared_ptr<ThreadedIterableStatistic> statistic = {},
    Site site = EDDY_HERE) {
  using Source = detail::ThreadedSource<T, Pool, std::decay_t<F>>;
  std::decay_t<F> owned(std::forward<F>(producer));
  return make_iterator<Source>(pool, std::move(owned), bound, std::move(statistic), site);
}

}  // namespace eddy
