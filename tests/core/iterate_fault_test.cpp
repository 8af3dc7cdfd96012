// SPDX-License-Identifier: MIT
//
// Chains of iterators under attack: what they call drops them, and items throw as they move.
#include <eddy/core/iterate.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

using Item = std::optional<int>;
using Ints = std::vector<int>;

namespace {

/// Drops what it belongs to, and then still uses what it owns.
class Saboteur {
 public:
  Saboteur(Future<Ints>& target, std::string& last_words)
      : target_(&target), last_words_(&last_words) {}

  void strike() const {
    *target_ = {};
    *last_words_ = words_;
  }

 private:
  Future<Ints>* target_;
  std::string* last_words_;
  std::string words_ = "something that is too long for a short string";
};

/// Gives 1, 2, 3, ... and is sabotaged as it is closed.
class Sabotaged final : public AsyncSource<int> {
 public:
  explicit Sabotaged(Saboteur saboteur) : saboteur_(std::move(saboteur)) {}

  Future<Item> next() override { return ready_future(Item(++last_)); }
  Future<void> close() override {
    saboteur_.strike();
    return ready_future();
  }

 private:
  int last_ = 0;
  Saboteur saboteur_;
};

/// Throws at the last of the moves that are left, of all items together.
class Fragile {
 public:
  explicit Fragile(int& moves_left) : left_(&moves_left) {}
  Fragile(Fragile&& other) : left_(other.left_) { moved(); }  // NOLINT(performance-noexcept*)
  Fragile& operator=(Fragile&& other) {                       // NOLINT(performance-noexcept*)
    left_ = other.left_;
    moved();
    return *this;
  }

 private:
  void moved() {
    if (--*left_ == 0) throw std::runtime_error("broken while moving");
  }

  int* left_;
};

/// Reads two items that `adapt` has adapted, again and again: each time another move throws.
template <class F>
void read_fragile(F adapt) {
  for (int moves = 1; moves < 24; ++moves) {
    Fixture t;
    int left = moves;
    auto items = from_function([&left, given = 0]() mutable {
      return ++given > 2 ? std::optional<Fragile>() : std::optional<Fragile>(std::in_place, left);
    });
    Future<void> reading = adapt(std::move(items)).for_each([](const Fragile&) {});
    t.clock.advance(1s);
    t.clock.advance(1s);
    t.clock.advance(1s);

    CAPTURE(moves);
    const Result<void> result = t.get(std::move(reading));
    CHECK(result.has_value() == (left > 0));
    CHECK((result.has_value() || result.error() == Errc::exception));
  }
}

}  // namespace

TEST_CASE("a function of an adaptor may destroy the whole chain") {
  Fixture t;
  std::string said;
  Future<Ints> mapping;
  mapping = from({1, 2})
                .map([saboteur = Saboteur(mapping, said)](int item) {
                  saboteur.strike();
                  return item;
                })
                .collect();
  t.run_until_idle();
  CHECK_FALSE(mapping.valid());
  CHECK_FALSE(said.empty());
}

TEST_CASE("a function that is asked for items may destroy the whole chain, however deep") {
  Fixture t;
  std::string said;
  Future<Ints> asking;
  const auto sabotaged = [&](int) {
    return from_function([saboteur = Saboteur(asking, said)] {
      saboteur.strike();
      return Item(1);
    });
  };
  asking = sabotaged(1).filter([](int) { return true; }).collect();
  t.run_until_idle();
  CHECK_FALSE(asking.valid());
  CHECK_FALSE(std::exchange(said, "").empty());

  asking = from({1, 2}).map(sabotaged).flatten().collect();
  t.run_until_idle();

  CHECK_FALSE(asking.valid());
  CHECK_FALSE(said.empty());
}

TEST_CASE("a function that is asked when its throttle lets it may destroy the whole chain") {
  Fixture t;
  std::string said;
  Future<Ints> asking;
  asking = from_function([saboteur = Saboteur(asking, said), given = 0]() mutable {
             if (++given == 2) saboteur.strike();
             return Item(given);
           })
               .throttle(1s)
               .collect();
  CHECK_FALSE(t.poll(asking));
  CHECK(asking.valid());

  t.clock.advance(1s);

  CHECK_FALSE(asking.valid());
  CHECK_FALSE(said.empty());
}

TEST_CASE("a function that judges an item in its own time may destroy the whole chain") {
  Fixture t;
  std::string said;
  int judged = 0;
  Future<Ints> judging;
  judging = from({7})
                .filter([saboteur = Saboteur(judging, said), &judged](const int& item) {
                  saboteur.strike();
                  judged = item;
                  return ready_future(true);
                })
                .collect();

  t.run_until_idle();

  CHECK_FALSE(judging.valid());
  CHECK_FALSE(said.empty());
  CHECK(judged == 7);
}

TEST_CASE("a source may destroy the whole chain as an adaptor closes it") {
  Fixture t;
  std::string said;
  Future<Ints> taking;
  taking = make_iterator<Sabotaged>(Saboteur(taking, said)).take(2).collect();

  t.run_until_idle();

  CHECK_FALSE(taking.valid());
  CHECK_FALSE(said.empty());
}

TEST_CASE("a source may drop the question that asks it, and the next one gets the answer") {
  Fixture t;
  Future<Item> next;
  auto source = from_function([&, given = 0]() mutable {
    if (++given == 2) next = {};
    return t.loop.sleep(1s, Item(given));
  });
  AsyncIterator<int> items = std::move(source).filter([](int item) { return item > 1; });
  next = items.next();
  t.clock.advance(1s);
  CHECK_FALSE(next.valid());

  next = items.next();
  t.run_until_idle();
  CHECK_FALSE(next.ready());
  t.clock.advance(1s);

  CHECK(*t.get(std::move(next)) == 2);
}

TEST_CASE("the body of a fold may destroy it") {
  Fixture t;
  std::string said;
  Future<Ints> folding;
  folding = from({1, 2}).fold(Ints(), [saboteur = Saboteur(folding, said)](Ints have, int) {
    saboteur.strike();
    return have;
  });

  t.run_until_idle();

  CHECK_FALSE(folding.valid());
  CHECK_FALSE(said.empty());
}

TEST_CASE(
    "an item that throws as it moves ends the iteration with an error, whichever move it is") {
  using Items = AsyncIterator<Fragile>;
  const auto kept = [](const Fragile&) {
    return ready_future(true);
  };
  const auto later = [](Fragile item) {
    return ready_future(std::move(item));
  };

  read_fragile([](Items items) { return items; });
  read_fragile([&kept](Items items) { return std::move(items).filter(kept); });
  read_fragile([](Items items) { return std::move(items).chunk(2).flatten(); });
  read_fragile([](Items items) { return merge(std::move(items), Items()); });
  read_fragile([&later](Items items) { return std::move(items).map(later).buffered(2); });
  read_fragile([](Items items) { return std::move(items).debounce(1s); });
  read_fragile([](Items items) { return std::move(items).timeout(1s); });
}
