// SPDX-License-Identifier: MIT
#include "log_queue.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using eddy::log::Level;
using eddy::log::Overflow;
using eddy::log::detail::LineQueue;

namespace {

std::string popped(LineQueue& queue, std::size_t space = 100'000) {
  std::string out(space, '\0');
  out.resize(queue.pop(out.data(), space));
  return out;
}

/// Pushes and pops lines of all lengths and levels; tells how many came out as they went in.
int intact_after(int rounds) {
  LineQueue queue(64, Overflow::drop_newest);
  int intact = 0;
  for (int i = 0; i < rounds; ++i) {
    std::string first(static_cast<std::size_t>(i * 37 % 8000), static_cast<char>('a' + i % 26));
    std::string second(static_cast<std::size_t>(i * 91 % 8000), static_cast<char>('A' + i % 26));
    queue.push(static_cast<Level>(i % 5), first);
    queue.push(static_cast<Level>(i % 3), second);
    intact += popped(queue) == first + second ? 1 : 0;
  }
  return intact;
}

}  // namespace

TEST_CASE("lines leave the queue in the order in which they came, whatever their level") {
  LineQueue queue(10, Overflow::least_important);

  queue.push(Level::critical, "a");
  queue.push(Level::debug, "b");
  queue.push(Level::info, "c");
  queue.push(Level::debug, "d");

  CHECK(queue.size() == 4);
  CHECK(popped(queue) == "abcd");
  CHECK(queue.size() == 0);
}

TEST_CASE("only whole lines are popped") {
  LineQueue queue(10, Overflow::least_important);
  queue.push(Level::info, "four");
  queue.push(Level::info, "five!");

  CHECK(popped(queue, 3).empty());
  CHECK(popped(queue, 8) == "four");
  CHECK(popped(queue, 5) == "five!");
}

TEST_CASE("long lines take several slots and come out whole") {
  CHECK(intact_after(2000) == 2000);
}

TEST_CASE("a long line may push out several short ones, and all are counted") {
  LineQueue queue(4, Overflow::drop_oldest);
  queue.push(Level::info, "a");
  queue.push(Level::info, "b");
  queue.push(Level::info, "c");
  std::string three_slots(2 * LineQueue::slot_size, 'x');

  std::size_t lost = queue.push(Level::info, three_slots);

  CHECK(lost == 2);
  CHECK(popped(queue) == "c" + three_slots);
}

TEST_CASE("a line that no room can be made for is lost itself") {
  LineQueue queue(4, Overflow::drop_oldest);
  queue.push(Level::info, "a");

  CHECK(queue.push(Level::info, std::string(5 * LineQueue::slot_size, 'x')) == 1);
  CHECK(popped(queue) == "a");
}

TEST_CASE("debug lines make room for debug lines, others only for graver ones") {
  LineQueue debug(1, Overflow::least_important);
  LineQueue info(1, Overflow::least_important);
  debug.push(Level::debug, "old");
  info.push(Level::info, "old");

  CHECK(debug.push(Level::debug, "new") == 1);
  CHECK(info.push(Level::info, "new") == 1);

  CHECK(popped(debug) == "new");
  CHECK(popped(info) == "old");
}

TEST_CASE("a queue without room for anything still has one slot") {
  LineQueue queue(0, Overflow::drop_newest);

  CHECK(queue.push(Level::info, "a") == 0);
  CHECK(queue.push(Level::info, "b") == 1);
  CHECK(popped(queue) == "a");
}
