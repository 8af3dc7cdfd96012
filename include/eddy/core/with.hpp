// SPDX-License-Identifier: MIT
//
// Resources that are opened and closed asynchronously, around a body that uses them.
//
//     auto transaction = eddy::resource(
//         [&db] { return db.begin(); },
//         [](Transaction& t, eddy::Outcome outcome) {
//           return outcome == eddy::Outcome::value ? t.commit() : t.roll_back();
//         });
//     eddy::with(std::move(transaction), [](Transaction& t) { return t.insert("eddy"); });
//
// What a destructor can close at once needs none of this: capture it, or attach() it.
#pragma once

#include <eddy/core/detail/with_resource.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace eddy {

/// A way to open and to close something; nothing is open yet.
///
/// Any class with the same two members can stand in its place.
/// Thread: loop.
template <class Open, class Close>
class Resource {
 public:
  Resource(Open open, Close close) : open_(std::move(open)), close_(std::move(close)) {}

  /// Gives the resource R, or a Result or Future of it. May take those that with() opened before
  /// by reference.
  template <class... Opened>
  auto open(Opened&... opened) requires(std::is_invocable_v<Open&, Opened&...>) {
    return open_(opened...);
  }
  /// Closes it: void or a Result or Future of void.
  template <class R>
  auto close(R& opened, Outcome outcome) {
    if constexpr (std::is_invocable_v<Close&, R&, Outcome>) {
      return close_(opened, outcome);
    } else {
      return close_(opened);
    }
  }

 private:
  Open open_;
  Close close_;
};

/// `open` as Resource::open(); `close` takes R&, and if it likes the Outcome.
template <class Open, class Close>
Resource<Open, Close> resource(Open open, Close close) {
  return Resource<Open, Close>(std::move(open), std::move(close));
}

/// with(resources..., body): opens the resources one after the other, calls `body` with a reference
/// to each, and closes them in reverse order, each of them once, before the result of the body is
/// delivered.
///
/// The references are good until the Future that the body returns is done. If a later resource
/// cannot be opened, those before it are closed. A close() that fails replaces a value, which the
/// resources opened earlier see as Outcome::error; beside an error it is reported as unread.
/// Errors: those of open(), of the body, of close().
/// Cancel: soft cancel reaches what is being opened and the body, not close(). Drop closes nothing:
/// it runs the destructors of what is open, in reverse order, and they alone; a resource that must
/// not be left so needs a destructor that sees to it.
template <class... ResourcesAndBody>
auto with(ResourcesAndBody... arguments) {
  constexpr std::size_t count = sizeof...(ResourcesAndBody) - 1;
  static_assert(count > 0, "with() takes at least one resource, and the body last");
  return detail::with_arguments(std::tuple<ResourcesAndBody...>(std::move(arguments)...),
                                std::make_index_sequence<count>());
}

}  // namespace eddy
