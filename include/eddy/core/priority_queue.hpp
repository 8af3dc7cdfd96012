// SPDX-License-Identifier: MIT
//
// A queue that gives the smallest item first, and the oldest of equal ones.
#pragma once

#include <eddy/core/queue.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace eddy {

namespace detail {

/// A heap whose equals keep their order.
template <class T, class Less>
class PriorityStore {
 public:
  explicit PriorityStore(Less less = Less()) : later_{std::move(less)} {}

  void put(T&& item) { insert(std::move(item), ++newest_); }
  void put_back(T&& item) { insert(std::move(item), --oldest_); }
  T take() {
    std::pop_heap(entries_.begin(), entries_.end(), later_);
    T item = std::move(entries_.back().item);
    entries_.pop_back();
    return item;
  }
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    T item;
    std::int64_t order;
  };
  struct Later {
    Less less;
    bool operator()(const Entry& a, const Entry& b) const {
      if (less(a.item, b.item)) return false;
      return less(b.item, a.item) || a.order > b.order;
    }
  };

  void insert(T&& item, std::int64_t order) {
    entries_.push_back(Entry{std::move(item), order});
    std::push_heap(entries_.begin(), entries_.end(), later_);
  }

  Later later_;
  std::vector<Entry> entries_;
  std::int64_t newest_ = 0;
  std::int64_t oldest_ = 0;
};

/// As std::less<>, without <functional>.
struct Smaller {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a < b;
  }
};

}  // namespace detail

/// Smallest first, by `Less`, which does not throw; stable. See Queue for what it can do.
template <class T, class Less = detail::Smaller>
using PriorityQueue = BasicQueue<T, detail::PriorityStore<T, Less>>;

}  // namespace eddy
