// SPDX-License-Identifier: MIT
//
// A variable of which every task has its own value.
//
//     constinit ContextVar<std::string> user("user");   // at namespace scope
//     user.set("ann");
//     group.spawn("greet", [] { log::info("hello", {{"user", user.get_or("nobody")}}); });
//
// A task starts with the values that its spawner had; what either sets later, the other does not
// see. The values follow the work through continuations, timers, jobs of a thread pool and threads.
// Outside all tasks a loop has values of its own, and so has a thread without a loop. Where an
// argument will do, pass an argument.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/core/detail/task_context.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace eddy {

/// What a variable was before set(); give it to reset(), or let it go.
///
/// Thread: that of the set().
class ContextToken {
 public:
  ContextToken() noexcept = default;
  ContextToken(ContextToken&& other) noexcept
      : key_(std::exchange(other.key_, nullptr)),
        serial_(other.serial_),
        before_(std::move(other.before_)) {}
  ContextToken& operator=(ContextToken&& other) noexcept {
    key_ = std::exchange(other.key_, nullptr);
    serial_ = other.serial_;
    before_ = std::move(other.before_);
    return *this;
  }
  ~ContextToken() = default;

 private:
  friend class detail::ContextKey;

  const void* key_ = nullptr;
  std::uint64_t serial_ = 0;  // of the place where it was set
  std::shared_ptr<const void> before_;
};

namespace detail {

/// The untyped part of a ContextVar, whose identity is its address.
class EDDY_EXPORT ContextKey {
 public:
  ContextKey(const ContextKey&) = delete;
  ContextKey& operator=(const ContextKey&) = delete;

  const char* name() const noexcept { return name_; }

 protected:
  constexpr ContextKey(const char* name, Errc unset) noexcept : name_(name), unset_(unset) {}
  ~ContextKey() = default;

  /// The value, or null. `type` is one address for each type.
  const void* find(const void* type) const noexcept;
  ContextToken put(const void* type, std::shared_ptr<const void> value) const;
  Result<void> take_back(const void* type, ContextToken&& token) const;
  Error unset_error() const;

 private:
  const char* name_;
  Errc unset_;
};

template <class T>
inline constexpr char type_mark = 0;

}  // namespace detail

/// A value of type T for each task.
///
/// Make it at namespace scope, or static: its address is what it is known by.
/// Thread: any; each thread sees the values of what it runs.
template <class T>
class ContextVar : public detail::ContextKey {
 public:
  /// `unset` is the error of get() where nothing was set.
  constexpr explicit ContextVar(const char* name, Errc unset = Errc::invalid) noexcept
      : ContextKey(name, unset) {}

  /// The value. Errors: the one given at construction, with the name, if there is none.
  Result<T> get() const {
    if (const T* value = find()) return *value;
    return unset_error();
  }
  /// The value, or `fallback`.
  T get_or(T fallback) const {
    const T* value = find();
    return value == nullptr ? std::move(fallback) : *value;
  }
  /// The value without a copy, or null. Lives until the running code sets this variable again.
  const T* find() const noexcept {
    return static_cast<const T*>(ContextKey::find(&detail::type_mark<T>));
  }

  /// Sets the value for the task that runs, and for those it spawns from now on.
  ContextToken set(T value) const {
    return put(&detail::type_mark<T>, std::make_shared<const T>(std::move(value)));
  }
  /// Makes it what it was before the set() that gave `token`.
  /// Errors: Errc::invalid for a token of another variable or another task, or one that was used.
  Result<void> reset(ContextToken&& token) const {
    return take_back(&detail::type_mark<T>, std::move(token));
  }
};

}  // namespace eddy
