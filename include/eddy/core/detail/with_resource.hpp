// SPDX-License-Identifier: MIT
//
// How with() opens one resource after the other.
//
// Not for users.
#pragma once

#include <eddy/core/detail/call_held.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace eddy {

/// How the use of a resource ended, for what closes it: commit or roll back.
enum class Outcome {
  value,     ///< the body gave its value
  error,     ///< the body failed
  canceled,  ///< the body was cancelled softly
};

namespace detail {

/// Calls `function`; what it gives, and what it throws, becomes a Future.
template <class F>
auto future_of(F&& function) -> Future<CarriedBy<std::invoke_result_t<F&>>> {
  using R = std::remove_cvref_t<std::invoke_result_t<F&>>;
  using T = CarriedBy<R>;
  try {
    if constexpr (is_future<R>) {
      return function();
    } else if constexpr (is_result<R>) {
      R result = function();
      if (!result) return failed_future<T>(std::move(result).error());
      if constexpr (std::is_void_v<T>) {
        return ready_future();
      } else {
        return ready_future(*std::move(result));
      }
    } else if constexpr (std::is_void_v<R>) {
      function();
      return ready_future();
    } else {
      return ready_future(function());
    }
  } catch (...) {
    return failed_future<T>(Error(std::current_exception()));
  }
}

/// A resource in use. It is destroyed when the chain that uses it is, and before those that were
/// opened before it.
template <class Resource, class R>
struct InUse final : Counted {
  InUse(CountedPtr<Counted> opened_before, Resource&& of)
      : before(std::move(opened_before)), resource(std::move(of)) {}

  /// The clean-up: an open that failed has left nothing to close.
  Future<void> close() {
    if (!opened) return ready_future();
    return future_of([this] { return resource.close(*opened, outcome); });
  }

  const CountedPtr<Counted> before;
  Resource resource;
  std::optional<R> opened;
  Outcome outcome = Outcome::canceled;  // unless something else is heard
};

/// Opens `resource`, with what is open already if it wants that.
template <class Resource, class... Open>
auto open_resource(Resource& resource, const std::tuple<Open&...>& open) {
  if constexpr (requires(Open & ... earlier) { resource.open(earlier...); }) {
    auto with_earlier = [&resource](auto&... earlier) {
      return resource.open(earlier...);
    };
    return future_of([&open, &with_earlier] { return std::apply(with_earlier, open); });
  } else {
    return future_of([&resource] { return resource.open(); });
  }
}

/// The body stays where it was called: what it started may refer to its captures.
template <class Body>
struct HeldBody final : Counted {
  explicit HeldBody(Body&& given) : body(std::move(given)) {}

  Body body;
};

/// Tells `use` how the body ended.
template <class U, class Use>
Future<U> heed_outcome(Future<U>&& ending, const CountedPtr<Use>& use) {
  auto failed = [use](Error error) -> Result<U> {
    use->outcome = Outcome::error;
    return error;
  };
  if constexpr (std::is_void_v<U>) {
    return std::move(ending)
        .then([use] { use->outcome = Outcome::value; })
        .or_else(std::move(failed));
  } else {
    return std::move(ending)
        .then([use](U value) {
          use->outcome = Outcome::value;
          return value;
        })
        .or_else(std::move(failed));
  }
}

/// All are open: the body's turn.
template <class... Open, class Body>
auto with_resources(const std::tuple<Open&...>& open,
                    CountedPtr<Counted>&&,
                    CountedPtr<HeldBody<Body>> held) {
  Future<CarriedBy<decltype(std::apply(held->body, open))>> ending =
      future_of([&held, &open] { return std::apply(held->body, open); });
  return std::move(ending).attach(std::move(held));
}

template <class... Open, class Body, class Resource, class... Rest>
auto with_resources(const std::tuple<Open&...>& open,
                    CountedPtr<Counted>&& before,
                    CountedPtr<HeldBody<Body>> held,
                    Resource resource,
                    Rest... rest) {
  using R = typename decltype(open_resource(resource, open))::value_type;
  static_assert(!std::is_void_v<R>, "open() gives the resource");
  using Use = InUse<Resource, R>;
  const CountedPtr<Use> use(new Use(std::move(before), std::move(resource)));
  // Held while it runs, for the body may drop all of this.
  auto go_on = [in_use = use.get(), open, held = std::move(held), ... rest = std::move(rest)](
                   R opened) mutable {
    return call_held(*in_use, [&in_use, &open, &held, &rest..., &opened] {
      in_use->opened.emplace(std::move(opened));
      return with_resources(std::tuple_cat(open, std::tie(*in_use->opened)),
                            CountedPtr<Counted>(in_use),
                            std::move(held),
                            std::move(rest)...);
    });
  };
  return heed_outcome(open_resource(use->resource, open).then(std::move(go_on)), use)
      .finally([use] { return use->close().attach(CountedPtr<Use>(use)); });
}

/// The arguments of with(): the resources, then the body.
template <class... Arguments, std::size_t... I>
auto with_arguments(std::tuple<Arguments...> arguments, std::index_sequence<I...>) {
  using Body = std::tuple_element_t<sizeof...(I), std::tuple<Arguments...>>;
  using Held = HeldBody<Body>;
  CountedPtr<Held> body(new Held(std::move(std::get<sizeof...(I)>(arguments))));
  return with_resources(
      std::tuple<>(), CountedPtr<Counted>(), std::move(body), std::move(std::get<I>(arguments))...);
}

}  // namespace detail
}  // namespace eddy
