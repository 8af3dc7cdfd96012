// SPDX-License-Identifier: MIT
//
// Links of doubly linked lists that are part of their elements: an element leaves its list by
// itself.
//
// Not for users. A List is a ring with itself as the end; a class that stands in several lists
// derives from several ListLink with different tags.
#pragma once

#include <eddy/base/config.hpp>

namespace eddy::detail {

/// A place in a List. Leaves the list when it is destroyed.
template <class Tag>
class ListLink {
 public:
  ListLink() noexcept : next_(this), previous_(this) {}
  ListLink(const ListLink&) = delete;
  ListLink& operator=(const ListLink&) = delete;
  ~ListLink() { unlink(); }

  bool linked() const noexcept { return next_ != this; }
  void unlink() noexcept {
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = this;
  }

 private:
  template <class, class>
  friend class List;

  ListLink* next_;
  ListLink* previous_;
};

/// Elements in the order in which they were added; owns nothing.
template <class T, class Tag = T>
class List {
 public:
  List() noexcept = default;

  bool empty() const noexcept { return !end_.linked(); }
  T& front() noexcept { return element(end_.next_); }
  void push_back(T& element) noexcept {
    ListLink<Tag>& link = element;
    link.unlink();
    link.previous_ = end_.previous_;
    link.next_ = &end_;
    end_.previous_->next_ = &link;
    end_.previous_ = &link;
  }
  T& pop_front() noexcept {
    T& first = front();
    static_cast<ListLink<Tag>&>(first).unlink();
    return first;
  }
  /// Takes all elements of `other`; both were empty or `this` was.
  void take(List& other) noexcept {
    while (!other.empty())
      push_back(other.pop_front());
  }
  /// The element after `element`, or null.
  T* next(T& element) noexcept {
    ListLink<Tag>* link = static_cast<ListLink<Tag>&>(element).next_;
    return link == &end_ ? nullptr : static_cast<T*>(link);
  }
  T* first() noexcept { return empty() ? nullptr : &front(); }

 private:
  static T& element(ListLink<Tag>* link) noexcept { return *static_cast<T*>(link); }

  ListLink<Tag> end_;
};

}  // namespace eddy::detail
