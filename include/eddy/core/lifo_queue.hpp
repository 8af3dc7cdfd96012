// SPDX-License-Identifier: MIT
//
// A queue that gives the newest item first.
#pragma once

#include <eddy/core/queue.hpp>

#include <vector>

namespace eddy {

namespace detail {

template <class T>
class LifoStore {
 public:
  void put(T&& item) { items_.push_back(std::move(item)); }
  void put_back(T&& item) { put(std::move(item)); }
  T take() {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  std::vector<T> items_;
};

}  // namespace detail

/// Last in, first out. See Queue for what it can do.
template <class T>
using LifoQueue = BasicQueue<T, detail::LifoStore<T>>;

}  // namespace eddy
