// SPDX-License-Identifier: MIT
//
// Several futures at once: wait for all, for the first, for the first success, one by one.
#include <eddy/core/any.hpp>
#include <eddy/core/as_completed.hpp>
#include <eddy/core/cancel_all.hpp>
#include <eddy/core/first.hpp>
#include <eddy/core/gather.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/wait.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using eddy::Future;
using eddy::Loop;
using eddy::Next;
using namespace std::chrono_literals;

namespace {

/// A mirror that takes its time, and one that is down.
Future<std::string> ask(Loop& loop, std::string mirror, eddy::Duration time) {
  return loop.sleep(time, std::move(mirror));
}
Future<std::string> down(Loop& loop) {
  return loop.sleep(5ms).then([]() -> eddy::Result<std::string> {
    return eddy::Error(std::errc::connection_refused, "ask mirror c");
  });
}
std::vector<Future<std::string>> ask_all(Loop& loop, eddy::Duration slowest) {
  std::vector<Future<std::string>> answers;
  answers.push_back(ask(loop, "a", slowest));
  answers.push_back(ask(loop, "b", 100ms));
  answers.push_back(down(loop));
  return answers;
}

Future<void> every_result(Loop& loop) {
  return eddy::gather(eddy::return_errors, ask_all(loop, 110ms)).then([](const auto& results) {
    for (const eddy::Result<std::string>& result : results)
      std::printf("result: %s\n", result ? result->c_str() : result.error().message().c_str());
  });
}

Future<void> whichever_is_first(Loop& loop) {
  return eddy::select(ask(loop, "a", 1h), loop.sleep(20ms, 7))
      .then([](const std::variant<std::string, int>& winner) {
        std::printf("number %zu was first\n", winner.index());
      });
}

Future<void> whoever_succeeds(Loop& loop) {
  return eddy::any(ask_all(loop, 1h)).then([](const eddy::Selected<std::string>& winner) {
    std::printf("mirror %s answered first\n", winner.value.c_str());
  });
}

Future<void> not_too_long(Loop& loop) {
  return eddy::first(ask(loop, "a", 1h), ask(loop, "b", 2h))
      .timeout(30ms)
      .then([](const std::string&) {})
      .or_else(eddy::Errc::timed_out, [](const eddy::Error&) { std::puts("nobody answered"); });
}

Future<void> first_then_rest(Loop& loop) {
  return eddy::wait(eddy::When::first_exception, ask_all(loop, 1h))
      .then([](eddy::Waited<std::string> waited) {
        std::printf("%zu done, %zu pending\n", waited.done.size(), waited.pending.size());
        std::vector<Future<std::string>> rest;
        for (auto& one : waited.pending)
          rest.push_back(std::move(one.future));
        return std::move(waited.done.front().future)
            .then([](const std::string&) {})
            .or_else([](const eddy::Error& error) { std::puts(error.message().c_str()); })
            .then([rest = std::move(rest)]() mutable { return cancel_all(std::move(rest)); });
      });
}

Future<void> one_by_one(Loop& loop) {
  return eddy::repeat(loop, [answers = eddy::as_completed(ask_all(loop, 1h), 300ms)]() mutable {
    return answers.next().then([](std::optional<eddy::Completed<std::string>> item) {
      if (!item) return Next::done;
      const char* error = item->late.valid() ? "late" : "an error";
      std::printf("%zu: %s\n", item->index, item->result ? "an answer" : error);
      return Next::again;
    });
  });
}

}  // namespace

int main() {
  Loop loop;
  const eddy::Result<void> result =
      loop.run_until(every_result(loop)
                         .then([&loop] { return whichever_is_first(loop); })
                         .then([&loop] { return whoever_succeeds(loop); })
                         .then([&loop] { return not_too_long(loop); })
                         .then([&loop] { return first_then_rest(loop); })
                         .then([&loop] { return one_by_one(loop); }));
  if (!result) std::printf("failed: %s\n", result.error().message().c_str());
  return result ? 0 : 1;
}
