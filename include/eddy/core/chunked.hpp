// SPDX-License-Identifier: MIT
//
// Goes over a range in pieces of a given length.
//
// Nothing is copied: a piece is a view of the range, which must stay alive and unchanged. For items
// that come one by one see AsyncIterator.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <iterator>
#include <type_traits>

namespace eddy {

/// Some neighbouring elements of a range.
template <class Iterator>
class Chunk {
 public:
  Chunk(Iterator begin, Iterator end, std::size_t size) : begin_(begin), end_(end), size_(size) {}

  Iterator begin() const { return begin_; }
  Iterator end() const { return end_; }
  std::size_t size() const noexcept { return size_; }

 private:
  Iterator begin_;
  Iterator end_;
  std::size_t size_;
};

/// The chunks of a range, to be gone over once or more.
template <class Iterator>
class Chunks {
 public:
  /// A cursor that finds the end of its chunk when it gets there.
  class iterator {
   public:
    using value_type = Chunk<Iterator>;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using pointer = void;
    using reference = value_type;

    iterator(Iterator at, Iterator end, std::size_t length) : at_(at), end_(end), length_(length) {
      find_next();
    }
    value_type operator*() const { return value_type(at_, next_, size_); }
    iterator& operator++() {
      at_ = next_;
      find_next();
      return *this;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }

   private:
    void find_next() {
      next_ = at_;
      size_ = 0;
      while (size_ < length_ && next_ != end_) {
        ++next_;
        ++size_;
      }
    }

    Iterator at_;
    Iterator end_;
    Iterator next_{};
    std::size_t length_;
    std::size_t size_ = 0;
  };

  Chunks(Iterator begin, Iterator end, std::size_t length)
      : begin_(begin), end_(end), length_(length) {
    EDDY_ASSERT(length > 0, "chunked() into pieces of no length");
  }

  iterator begin() const { return iterator(begin_, end_, length_); }
  iterator end() const { return iterator(end_, end_, length_); }

 private:
  Iterator begin_;
  Iterator end_;
  std::size_t length_;
};

/// Pieces of `length` elements, of which the last may be shorter. A length of zero is misuse.
/// Lifetime: `range` must outlive what it gives.
template <class Range>
  requires std::is_lvalue_reference_v<Range&&>
auto chunked(Range&& range, std::size_t length) {
  return Chunks(std::begin(range), std::end(range), length);
}

}  // namespace eddy
