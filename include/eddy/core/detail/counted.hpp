// SPDX-License-Identifier: MIT
//
// A plain reference count, for what several objects of one thread own together.
//
// Not for users.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <utility>

namespace eddy::detail {

/// Base of an object that lives as long as its last CountedPtr.
class Counted {
 public:
  Counted() noexcept = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  virtual ~Counted() = default;

 private:
  template <class T>
  friend class CountedPtr;

  std::size_t references_ = 0;
};

/// Deletes what nobody refers to any more. Out of line: compilers and analyzers that see the
/// delete, but not that the count is above one, warn of uses after it.
EDDY_EXPORT void end(Counted* object) noexcept;

/// One reference to a T, which derives from Counted and is deleted with its last one.
template <class T>
class CountedPtr {
 public:
  CountedPtr() noexcept = default;
  explicit CountedPtr(T* object) noexcept : object_(object) {
    if (object_ != nullptr) ++count(*object_);
  }
  CountedPtr(const CountedPtr& other) noexcept : CountedPtr(other.object_) {}
  CountedPtr(CountedPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  CountedPtr& operator=(CountedPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~CountedPtr() {
    if (object_ != nullptr && --count(*object_) == 0) end(object_);
  }

  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* get() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  /// Whether nobody else has a reference.
  bool unique() const noexcept { return object_ != nullptr && count(*object_) == 1; }

 private:
  static std::size_t& count(Counted& object) noexcept { return object.references_; }

  T* object_ = nullptr;
};

}  // namespace eddy::detail
