// SPDX-License-Identifier: MIT
//
// Coroutines over Future: a function that returns one may `co_await` others.
//
//     eddy::Future<int> length_of(eddy::Loop& loop, std::string name) {
//       co_await loop.sleep(10ms);
//       std::string text = co_await fetch(name);  // throws if it fails
//       co_return static_cast<int>(text.size());
//     }
//
// Optional: nothing of eddy includes this. A coroutine is one block, its frame, and awaiting makes
// none; what holds for a chain of then() holds for it.
//
// - The body runs at once, inside the call, up to its first wait, as that of any function does;
//   what comes after a wait has a turn of its own in the ready queue. Of coroutines that call one
//   another before any of them waits the 65th starts in a later turn, so that recursion takes no
//   stack; parameters are therefore best taken by value, or refer to what outlives the coroutine.
// - What is there already is not waited for, 64 times in a row; then the body takes a turn, so that
//   no loop of such awaits keeps timers and the kernel's events out.
// - Dropping the Future is the hard cancel: what the body awaits stops, then the locals die, and it
//   never goes on. A body that drops its own Future dies at its next `co_await`.
// - Soft cancel fails what the body awaits with Errc::canceled, which is thrown there. If that has
//   settled, or the body is running, the cancel hits the next wait, once.
// - What is thrown becomes the Error of the Future, an eddy::Exception that which it carries.
//   `co_return` takes a T, an Error, an Errc or a Result<T>; a Future<void> fails by throwing.
// - Besides futures a body awaits a Result (its value, or a throw), an AsyncIterator (its next
//   item) and objects of classes that have a member `Future<T> operator co_await()`.
// - `group.spawn(name, coroutine())` runs the part up to the first wait before there is a task:
// what
//   it sets (ContextVar) is the spawner's. `group.spawn(name, [] { return coroutine(); })` does
//   not.
// - An argument lives as long as the Future that holds the result, the locals as long as the body.
//
// A coroutine that returns an AsyncIterator<T> is a generator: each `co_yield` gives an item.
//
//     eddy::AsyncIterator<int> ticks(eddy::Loop& loop, int count) {
//       for (int i = 0; i < count; ++i) {
//         co_await loop.sleep(1s);
//         co_yield i;
//       }
//     }
//     auto items = ticks(loop, 3);
//     while (auto item = co_await items) std::printf("%d\n", *item);  // or co_await items.next()
//
// Its body starts in a turn of its own when the first item is asked for, and runs, in the task of
// whoever asks, up to the next `co_yield`. A next() that is dropped leaves it at its work; the item
// is kept for the next one. close() makes `co_yield` throw Errc::canceled, so that the locals die;
// with `co_yield offer(item)` it gives false instead, and the body may clean up with `co_await`.
// Destroying the iterator destroys the frame.
//
// To clean up after a failure or a soft cancel use as_result(), as `catch` must not await, or
// Future::finally(). A lambda that is a coroutine must not capture: its captures are not part of
// the frame.
//
// GCC 12 miscompiles three things. It destroys twice a lambda with captures that need a destructor,
// or an aggregate, that is written inside what is awaited or yielded: give the future a name and
// await `std::move(name)`. It refuses there a braced list of things that need a destructor ("array
// used as initializer"): give the container a name. And `switch (co_await x)` crashes: give the
// value a name. Clang 14 does all three right.
//
// Clang 14 with -fsanitize=function, a part of =undefined, cannot assemble a coroutine that is
// inline or a template ("difference across sections"): define it in one source file, or add
// -fno-sanitize=function.
#pragma once

#include <eddy/core/detail/coro_await.hpp>
#include <eddy/core/detail/coro_generator.hpp>

namespace eddy {

/// For `co_await as_result(future)`: gives a Result and does not throw.
///
///     eddy::Result<Page> page = co_await as_result(fetch(url));  // also if it was canceled
///     co_await clean_up(connection.close());
///     co_return page;
template <class T>
Awaited<T, false, false> as_result(Future<T> future) noexcept {
  return {std::move(future)};
}
/// For `co_await clean_up(future)`: soft cancel does not reach `future`; the next wait gets it.
template <class T>
Awaited<T, true, true> clean_up(Future<T> future) noexcept {
  return {std::move(future)};
}
/// Both: for `co_await as_result(clean_up(future))`.
template <class T>
Awaited<T, false, true> as_result(Awaited<T, true, true> cleaning) noexcept {
  return {std::move(cleaning.future)};
}

/// For `co_yield offer(item)`: tells whether more is wanted; if not, the body cleans up and ends.
template <class T>
Offered<std::decay_t<T>> offer(T&& item) {
  return {std::forward<T>(item)};
}

}  // namespace eddy

/// Lets a function that returns a Future be a coroutine.
template <class T, class... Args>
struct std::coroutine_traits<eddy::Future<T>, Args...> {
  using promise_type = eddy::detail::CoroPromise<T>;
};
/// Lets a function that returns an AsyncIterator be a generator.
template <class T, class... Args>
struct std::coroutine_traits<eddy::AsyncIterator<T>, Args...> {
  using promise_type = eddy::detail::GeneratorBody<T>;
};
