// SPDX-License-Identifier: MIT
//
// A source of items written as one flow: a body that yields, waits, and cleans up after itself.
//
//     eddy::AsyncGenerator<Row> rows([&db](eddy::Yielder<Row>& yield) {
//       return db.open().then([&yield](Cursor cursor) { return give_rows(cursor, yield); });
//     });
//
// It is an AsyncIterator like any other. What is not a flow derives from core/async_source.hpp;
// values that are there already need core/iterate/from.hpp only.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/generator_source.hpp>

#include <utility>

namespace eddy {

/// An iterator over what a body yields, one item each time that the reader asks.
///
/// The body is called at the first next(), and with an end of its Future the iterator ends. Its
/// clean-up - finally() at the end of the chain it returns - always runs before the reader hears of
/// the end: when the body is through, after its error, and on close(), which cancels the body
/// softly and waits for it. A generator that was left cannot be resumed. Dropped without close() it
/// drops the body where it stands.
/// Thread: loop.
/// Lifetime: the body and its captures live until the generator is gone.
template <class T>
class [[nodiscard]] AsyncGenerator : public AsyncIterator<T> {
 public:
  /// Gives its items to the Yielder, which is there as long as what it returns is not done.
  using Body = Function<Future<void>(Yielder<T>&)>;

  explicit AsyncGenerator(Body body)
      : AsyncIterator<T>(make_iterator<detail::GeneratorSource<T>>(std::move(body))) {}
};

}  // namespace eddy
