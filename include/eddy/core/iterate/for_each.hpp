// SPDX-License-Identifier: MIT
//
// for_each, fold and collect: the ends of a chain of iterators.
//
// Included by core/iterate.hpp; the members are described in core/async_iterator.hpp.
#pragma once

#include <eddy/core/detail/upstream.hpp>
#include <eddy/core/iterate/buffered.hpp>
#include <eddy/core/iterate/map.hpp>
#include <eddy/core/repeat.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

/// What a body of for_each() said: nothing, or a Next.
template <class Call>
Next next_said(Call&& call) {
  if constexpr (std::is_void_v<std::invoke_result_t<Call>>) {
    call();
    return Next::again;
  } else {
    return call();
  }
}

/// Calls `body` with `item`; gives a Next, or a Future<Next> if the body gives a Future.
template <class F, class T>
auto call_body(F& body, T item) {
  using R = std::remove_cvref_t<std::invoke_result_t<F&, T&&>>;
  using Said = CarriedBy<R>;
  static_assert(std::is_void_v<Said> || std::is_same_v<Said, Next>,
                "the body of for_each() gives void or a Next, or a Result or Future of these");
  if constexpr (is_future<R> && std::is_void_v<Said>) {
    return body(std::move(item)).then([] { return Next::again; });
  } else if constexpr (is_future<R>) {
    return body(std::move(item));
  } else if constexpr (is_result<R>) {
    R said = body(std::move(item));
    if (!said) said.error().raise();
    return next_said([&said]() -> decltype(auto) { return said.value(); });
  } else {
    return next_said([&body, &item]() -> decltype(auto) { return body(std::move(item)); });
  }
}

/// Reads a source to its end, or until the body has seen enough.
template <class T, class F>
class Reader final : public Counted {
 public:
  Reader(AsyncIterator<T>&& source, F&& body)
      : upstream_(std::move(source)), body_(std::move(body)) {}

  Future<Next> turn() {
    return upstream_.next().then([this](std::optional<T> item) {
      const CountedPtr<Reader> hold(this);  // the body may drop the reading
      using Said = decltype(call_body(body_, *std::move(item)));
      if (item) return call_body(body_, *std::move(item));
      upstream_.end();
      if constexpr (is_future<Said>) {
        return ready_future(Next::done);
      } else {
        return Next::done;
      }
    });
  }
  Future<void> close() { return upstream_.close().attach(CountedPtr<Reader>(this)); }

 private:
  Upstream<T> upstream_;
  F body_;
};

template <class T, class F>
Future<void> read(AsyncIterator<T>&& source, F&& body, Site site) {
  using Of = Reader<T, std::decay_t<F>>;
  const CountedPtr<Of> reader(new Of(std::move(source), std::forward<F>(body)));
  auto turn = [reader] {
    return reader->turn();
  };
  ValueNode<void>* turns = RepeatNode<decltype(turn)>::make(current_core(), site, std::move(turn));
  return make_future(turns).finally([reader] { return reader->close(); }, site);
}

/// What fold() and collect_into() have so far.
template <class A>
struct Gathered final : Counted {
  explicit Gathered(A&& first) : value(std::move(first)) {}

  void replace(A&& next) {
    value.reset();
    value.emplace(std::move(next));
  }

  std::optional<A> value;
};

}  // namespace detail

template <class T>
template <class F>
Future<void> AsyncIterator<T>::for_each(F body, Site site) && {
  return detail::read(std::move(*this), std::move(body), site);
}
template <class T>
template <class F>
Future<void> AsyncIterator<T>::for_each(std::size_t at_once, F body, Site site) && {
  EDDY_ASSERT(at_once > 0, "for_each() lets at least one body run");
  auto call = [body = std::move(body)](T item) mutable {
    auto said = detail::call_body(body, std::move(item));
    if constexpr (std::is_same_v<decltype(said), Next>) {
      return ready_future(said);
    } else {
      return said;
    }
  };
  return std::move(*this)
      .map(std::move(call))
      .buffered_unordered(at_once)
      .for_each([](Next said) { return said; }, site);
}

template <class T>
template <class A, class F>
Future<A> AsyncIterator<T>::fold(A init, F f, Site site) && {
  using R = std::remove_cvref_t<std::invoke_result_t<F&, A&&, T&&>>;
  static_assert(std::is_convertible_v<detail::CarriedBy<R>, A>,
                "fold() takes a function of what it has and an item that gives the same kind");
  const detail::CountedPtr<detail::Gathered<A>> sum(new detail::Gathered<A>(std::move(init)));
  auto add = [sum, f = std::move(f)](T item) mutable {
    if constexpr (detail::is_future<R>) {
      return f(*std::move(sum->value), std::move(item)).then([sum](auto next) {
        sum->replace(std::move(next));
      });
    } else {
      sum->replace(detail::value_or_raise(f(*std::move(sum->value), std::move(item))));
    }
  };
  return detail::read(std::move(*this), std::move(add), site).then([sum] {
    return *std::move(sum->value);
  });
}

template <class T>
template <class Container>
Future<Container> AsyncIterator<T>::collect_into(Container container, Site site) && {
  using Into = detail::Gathered<Container>;
  const detail::CountedPtr<Into> into(new Into(std::move(container)));
  auto add = [into](T item) {
    into->value->insert(into->value->end(), std::move(item));
  };
  return detail::read(std::move(*this), std::move(add), site).then([into] {
    return *std::move(into->value);
  });
}
template <class T>
Future<std::vector<T>> AsyncIterator<T>::collect(Site site) && {
  return std::move(*this).collect_into(std::vector<T>(), site);
}

}  // namespace eddy
