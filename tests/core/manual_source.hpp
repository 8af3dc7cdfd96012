// SPDX-License-Identifier: MIT
//
// A source of items whose every step the test decides, and which tells what was asked of it.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/promise.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace eddy::testing {

/// What a ManualSource is told to do, and what happened to it.
struct ManualScript {
  explicit ManualScript(Loop& of) : loop(of) {}

  /// Answers the next() that is pending.
  void give(int item) { std::move(*std::exchange(asked, std::nullopt)).set_value(item); }
  void end() { std::move(*std::exchange(asked, std::nullopt)).set_value(std::nullopt); }
  void fail(Error error) {
    std::move(*std::exchange(asked, std::nullopt)).set_error(std::move(error));
  }
  bool wanted() const { return asked && asked->wanted(); }

  Loop& loop;
  std::optional<Promise<std::optional<int>>> asked;
  Function<Future<void>()> on_close;  ///< what close() gives; ready if empty
  int nexts = 0;
  int closes = 0;
  int destroyed = 0;
};

class ManualSource final : public AsyncSource<int> {
 public:
  explicit ManualSource(ManualScript& script) : script_(script) {}
  ~ManualSource() override { ++script_.destroyed; }

  Future<std::optional<int>> next() override {
    ++script_.nexts;
    script_.asked.emplace(script_.loop);
    return script_.asked->future();
  }
  Future<void> close() override {
    ++script_.closes;
    return script_.on_close ? script_.on_close() : ready_future();
  }

 private:
  ManualScript& script_;
};

inline AsyncIterator<int> iterator_of(ManualScript& script) {
  return make_iterator<ManualSource>(script);
}

}  // namespace eddy::testing
