// SPDX-License-Identifier: MIT
//
// chunk and flatten: from items to groups and back.
//
// Included by core/iterate.hpp; the members are described in core/async_iterator.hpp.
#pragma once

#include <eddy/core/detail/stage.hpp>
#include <eddy/core/iterate/from.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

/// chunk(): what it has of a group it keeps, whoever asks.
template <class T>
class ChunkSource final : public Stage<T, std::vector<T>> {
  using Group = std::vector<T>;

 public:
  ChunkSource(AsyncIterator<T>&& source, std::size_t size)
      : Stage<T, Group>(std::move(source)), size_(size) {}

 private:
  Answer<Group> step(std::optional<T>&& item) override {
    if (!item) return group_.empty() ? std::optional<Group>() : std::exchange(group_, Group());
    if (group_.empty()) group_.reserve(std::min(size_, reserved));
    group_.push_back(*std::move(item));
    if (group_.size() < size_) return std::nullopt;
    return std::exchange(group_, Group());
  }

  static constexpr std::size_t reserved = 64;  // a larger group grows as it fills

  const std::size_t size_;
  Group group_;
};

/// flatten(): reads one of the inner iterators after the other.
template <class Inner, class T>
class FlattenSource final : public Stage<T, T> {
 public:
  explicit FlattenSource(AsyncIterator<Inner>&& source)
      : Stage<T, T>(AsyncIterator<T>()), outer_(new Holder<Inner>(std::move(source))) {}

  /// The inner one first: it may rest on what the outer one gave.
  Future<void> close() override {
    return Stage<T, T>::close().finally([this] { return outer_->close(); });
  }

 private:
  Future<std::optional<T>> ask() override {
    if (this->upstream_.open()) return this->upstream_.next();
    if (outer_->item) return open();
    return outer_->next().then([this](std::optional<Unit> held) {
      return held ? open() : ready_future(std::optional<T>());
    });
  }
  Future<std::optional<T>> open() {
    return call_held(*this, [this] {
      Upstream<T> inner(iterator_over(*std::exchange(outer_->item, std::nullopt)));
      std::swap(this->upstream_, inner);  // the one before dies when the next has been asked
      return this->upstream_.next();
    });
  }
  Answer<T> step(std::optional<T>&& item) override {
    if (!item && outer_->open()) return std::nullopt;
    return std::move(item);
  }

  static AsyncIterator<T> iterator_over(AsyncIterator<T>&& inner) { return std::move(inner); }
  template <class Range>
  static AsyncIterator<T> iterator_over(Range&& inner) {
    return from(std::forward<Range>(inner));
  }

  CountedPtr<Holder<Inner>> outer_;
};

}  // namespace detail

template <class T>
AsyncIterator<std::vector<T>> AsyncIterator<T>::chunk(std::size_t size) && {
  EDDY_ASSERT(size > 0, "a chunk has at least one item");
  return make_iterator<detail::ChunkSource<T>>(std::move(*this), size);
}
template <class T>
template <class U>
AsyncIterator<detail::FlatOf<U>> AsyncIterator<T>::flatten() && {
  return make_iterator<detail::FlattenSource<U, detail::FlatOf<U>>>(std::move(*this));
}

}  // namespace eddy
