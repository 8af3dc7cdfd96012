// SPDX-License-Identifier: MIT
//
// What a task carries along reaches the threads that work for it.
#include <eddy/core/block_on.hpp>
#include <eddy/core/context_var.hpp>
#include <eddy/core/log_with.hpp>
#include <eddy/core/separate_threads.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/core/threaded_iterable.hpp>
#include <eddy/testing/fixture.hpp>

#include <unistd.h>

#include <cstdio>
#include <string>

using namespace eddy;
using eddy::testing::Fixture;

namespace {

constinit const ContextVar<std::string> user("user");

std::string current_user() {
  return user.get_or("nobody");
}

/// Sends what goes to stderr into a file for as long as it lives.
class CapturedStderr {
 public:
  CapturedStderr() : file_(std::tmpfile()), saved_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    std::fclose(file_);
  }
  std::string text() const {
    std::string text(1024, '\0');
    const ssize_t size = ::pread(::fileno(file_), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  std::FILE* file_;
  int saved_;
};

}  // namespace

TEST_CASE("a job sees the context variables of who gave it to the pool") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1});
  auto token = user.set("ann");

  auto job = pool.run(current_user);
  CHECK(user.reset(std::move(token)).has_value());

  CHECK(t.get(std::move(job)).value() == "ann");
  CHECK(t.get(pool.run(current_user)).value() == "nobody");
}

TEST_CASE("what a job sets stays in the job") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1});

  CHECK(t.get(pool.run([] {
           const auto token = user.set("bob");
           return current_user();
         })).value() == "bob");

  CHECK(t.get(pool.run(current_user)).value() == "nobody");
  CHECK(current_user() == "nobody");
}

TEST_CASE("context variables reach separate threads and producers") {
  Fixture t;
  SeparateThreads threads;
  auto token = user.set("cid");
  auto users = threaded_iterable<std::string>(
      threads, [](ThreadYielder<std::string>& yield) { yield(current_user()); });

  CHECK(t.get(threads.run(current_user)).value() == "cid");
  CHECK(t.get(users.next()).value() == "cid");

  CHECK(t.get(users.close()).has_value());
  CHECK(user.reset(std::move(token)).has_value());
}

TEST_CASE("the loop works for a thread in that thread's context") {
  Fixture t;
  ThreadPool pool;
  const Poster poster = t.loop.poster();
  Loop& loop = t.loop;

  auto seen = t.get(pool.run([poster, &loop] {
    const auto token = user.set("dan");
    return block_on(poster, [&loop] { return loop.next_turn().then(current_user); });
  }));

  CHECK(seen.value() == "dan");
  CHECK(current_user() == "nobody");
}

TEST_CASE("log lines of a job show the fields of the work that it is for") {
  Fixture t;
  ThreadPool pool;
  CapturedStderr captured;

  auto work = log::with({{"request", 7}}, [&pool] { return pool.run([] { log::info("here"); }); });
  CHECK(t.get(std::move(work)).has_value());

  CHECK(captured.text().find("here request=7") != std::string::npos);
}
