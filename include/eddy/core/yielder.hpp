// SPDX-License-Identifier: MIT
//
// How the body of an AsyncGenerator gives its items to the reader.
//
// See core/async_generator.hpp.
#pragma once

#include <eddy/core/future.hpp>

#include <utility>

namespace eddy {

namespace detail {
template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class GeneratorSource;
}  // namespace detail

/// The reader of a generator, as its body sees it.
///
/// Thread: loop.
template <class T>
class Yielder {
 public:
  Yielder(const Yielder&) = delete;
  Yielder& operator=(const Yielder&) = delete;

  /// Gives `item` to the reader; resolves when it has taken that and asks for the next, so that the
  /// body never runs ahead.
  ///
  /// Errors: Errc::canceled when the reader leaves meanwhile, Errc::closed when it has left before;
  /// Errc::invalid while an earlier item waits to be asked for.
  /// Cancel: total; an item that was not taken is withdrawn.
  Future<void> operator()(T item, Site site = EDDY_HERE) {
    return static_cast<detail::GeneratorSource<T>*>(this)->yield(std::move(item), site);
  }

 private:
  friend class detail::GeneratorSource<T>;
  Yielder() noexcept = default;
  ~Yielder() = default;
};

}  // namespace eddy
