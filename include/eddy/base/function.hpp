// SPDX-License-Identifier: MIT
//
// A move-only callable with room for 48 octets of captures, so that the usual callback never
// allocates.
//
// Use it for callbacks that are kept. A template parameter is better for those that are called at
// once.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace eddy {

template <class Signature>
class Function;

/// Owns a callable. Calling an empty one stops the program (EDDY_ASSERT).
template <class R, class... Args>
class Function<R(Args...)> {
 public:
  /// Captures up to this size that move without throwing live inside; larger ones on the heap.
  static constexpr std::size_t inline_size = 48;

  Function() noexcept = default;
  Function(std::nullptr_t) noexcept {}  // NOLINT: implicit on purpose
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Function> &&
             std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
  Function(F&& callable) {  // NOLINT: implicit on purpose
    using Callable = std::decay_t<F>;
    if constexpr (fits<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
      operations_ = &inline_operations<Callable>;
    } else {
      ::new (static_cast<void*>(storage_)) Callable*(new Callable(std::forward<F>(callable)));
      operations_ = &heap_operations<Callable>;
    }
  }
  Function(Function&& other) noexcept : operations_(std::exchange(other.operations_, nullptr)) {
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
  }
  Function& operator=(Function&& other) noexcept {
    if (this == &other) return *this;
    Function old(std::move(*this));  // dies last: its captures may own this very object
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
    return *this;
  }
  ~Function() {
    if (operations_ != nullptr) operations_->destroy(storage_);
  }

  explicit operator bool() const noexcept { return operations_ != nullptr; }
  R operator()(Args... args) {
    EDDY_ASSERT(operations_ != nullptr, "an empty Function cannot be called");
    return operations_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  struct Operations {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;  // leaves nothing to destroy in `from`
    void (*destroy)(void*) noexcept;
  };

  template <class F>
  static constexpr bool fits =
      sizeof(F) <= inline_size &&
      alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static R invoke(F& callable, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      std::invoke(callable, std::forward<Args>(args)...);
    } else {
      return std::invoke(callable, std::forward<Args>(args)...);
    }
  }

  template <class F>
  static constexpr Operations inline_operations{[](void* at, Args&&... args) -> R {
                                                  return invoke(*static_cast<F*>(at),
                                                                std::forward<Args>(args)...);
                                                },
                                                [](void* from, void* to) noexcept {
                                                  ::new (to) F(std::move(*static_cast<F*>(from)));
                                                  std::destroy_at(static_cast<F*>(from));
                                                },
                                                [](void* at) noexcept {
                                                  std::destroy_at(static_cast<F*>(at));
                                                }};

  template <class F>
  static constexpr Operations heap_operations{
      [](void* at, Args&&... args) -> R {
        return invoke(**static_cast<F**>(at), std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
      [](void* at) noexcept {
        delete *static_cast<F**>(at);
      }};

  alignas(void*) std::byte storage_[inline_size];
  const Operations* operations_ = nullptr;
};

}  // namespace eddy
