// SPDX-License-Identifier: MIT
//
// Several iterators read in step.
//
// To read them as their items arrive see core/iterate/merge.hpp.
#pragma once

#include <eddy/core/detail/busy_source.hpp>

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

namespace eddy {

namespace detail {

/// One of the iterators of a zip, with the item that it gave.
template <class T>
struct ZipLane final : Intake {
  ZipLane(LoopCore& loop, IntakeOwner& owner, AsyncIterator<T>&& source)
      : Intake(loop, owner, Tells::at_once), upstream(std::move(source)) {}

  void ask() noexcept {
    if (!busy()) await(upstream.next());
  }
  bool failed() const noexcept { return ready() && peek<std::optional<T>>() == nullptr; }
  /// Ends the lane if its answer is the end.
  bool ended() noexcept {
    if (!ready() || failed() || peek<std::optional<T>>()->has_value()) return false;
    upstream.end();
    return true;
  }

  Upstream<T> upstream;
};

template <class... T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class ZipSource final : public BusySource<std::tuple<T...>> {
  using Item = std::tuple<T...>;

 public:
  explicit ZipSource(AsyncIterator<T>&&... sources)
      : lanes_(Seat<T>{*this, std::move(sources)}...),
        closing_(current_core(), *this, Intake::Tells::at_once) {}
  ~ZipSource() override {
    gone_ = true;  // what dies with one lane may settle another
    closing_.forget();
    each([](auto& lane) { lane.forget(); });
  }

  Future<void> close() override {
    if (closing_.busy()) return closing_.future<void>();  // the end came, but not to the reader
    return close_lanes();
  }

 private:
  /// Makes a lane in its place: it cannot be moved there.
  template <class U>
  struct Seat {
    IntakeOwner& owner;
    AsyncIterator<U> source;
  };
  template <class U>
  struct Lane {
    Lane(Seat<U>&& seat) : lane(current_core(), seat.owner, std::move(seat.source)) {}  // NOLINT
    ZipLane<U> lane;
  };

  void work() override {
    if (closing_.busy()) return;
    each([](auto& lane) { lane.ask(); });
  }
  void arrived(Intake&) noexcept override {
    if (gone_) return;
    bool ended = false;
    each([&ended](auto& lane) { ended = lane.ended() || ended; });
    if (ended && !closing_.busy()) {  // in a turn of its own: it is code of users
      closing_.await(ready_future().then(
          [this] { return call_held(*this, [this] { return close_lanes(); }); }));
    }
    this->tell();
  }
  Future<void> close_lanes() {
    Future<void> closed = ready_future();
    each([&closed](auto& lane) {
      lane.forget();
      closed = std::move(closed).finally([&lane] { return lane.upstream.close(); });
    });
    return closed;
  }

  bool has_answer() noexcept override {
    if (closing_.busy()) return closing_.ready();
    bool all = true;
    bool failed = false;
    each([&all, &failed](auto& lane) {
      all = all && lane.ready();
      failed = failed || lane.failed();
    });
    return all || failed;
  }
  Result<std::optional<Item>> take_answer() override {
    if (closing_.busy()) {
      Result<void> closed = closing_.take<void>();
      if (!closed) return std::move(closed).error();
      return std::optional<Item>();
    }
    std::optional<Error> error;
    each([&error](auto& lane) {
      if (!error && lane.failed()) error = take(lane).error();
    });
    if (error) return *std::move(error);
    return std::apply([](auto&... lane) { return std::optional<Item>(Item(**take(lane.lane)...)); },
                      lanes_);
  }
  template <class U>
  static Result<std::optional<U>> take(ZipLane<U>& lane) {
    return lane.template take<std::optional<U>>();
  }
  template <class F>
  void each(F&& call) {
    std::apply([&call](auto&... lane) { (call(lane.lane), ...); }, lanes_);
  }

  std::tuple<Lane<T>...> lanes_;
  Intake closing_;
  bool gone_ = false;
};

}  // namespace detail

/// Tuples of one item of each of `sources`, which are asked at the same time.
///
/// It ends with the first that ends; the others are closed, and what they have given for the last
/// tuple is dropped.
template <class... T>
AsyncIterator<std::tuple<T...>> zip(AsyncIterator<T>... sources) {
  static_assert(sizeof...(T) > 0, "zip() reads at least one iterator");
  return make_iterator<detail::ZipSource<T...>>(std::move(sources)...);
}

}  // namespace eddy
