// SPDX-License-Identifier: MIT
//
// Mutexes, semaphores and pools built of them, under random schedules: whoever is cancelled or
// dropped, the limit holds, nobody is overtaken, and all permits are back at the end.
#include <eddy/core/mutex.hpp>
#include <eddy/core/semaphore.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::fewer_if_watched;
using eddy::testing::for_each_seed;
using eddy::testing::RandomFixture;

namespace {

constexpr std::uint64_t seeds = 10'000;

/// Callers of a semaphore, each of which asks for some permits, keeps them for a while and gives
/// them back; some are cancelled or dropped on the way.
class Callers {
 public:
  Callers(RandomFixture& fixture, std::size_t permits)
      : t_(fixture), permits_(permits), semaphore_(permits), group_(fixture.loop) {}

  void run() {
    callers_.resize(2 + t_.random.below(7));
    for (std::size_t number = 0; number < callers_.size(); ++number)
      t_.at_some_time([this, number] { start(number); });
    t_.run_to_end([this] { check_rest(); });
  }
  void check_end() const {
    CHECK_FALSE(overtaken_);
    CHECK(most_held_ <= permits_);
    CHECK(semaphore_.available() == permits_);
    CHECK(semaphore_.waiting() == 0);
    CHECK(group_.size() == 0);
    for (const Caller& caller : callers_)
      CHECK((caller.disturbed || caller.done));
  }

 private:
  struct Caller {
    std::size_t wants = 0;  // permits; 0 as long as it has not asked
    bool served = false;
    bool done = false;
    bool disturbed = false;  // somebody tried to cancel or drop it
    std::size_t order = 0;   // of asking
    Future<void> own = {};   // if no task of the group
  };

  /// The first in line waits for more permits than there are.
  void check_rest() {
    const Caller* first = nullptr;
    for (const Caller& caller : callers_) {
      if (waits(caller) && (first == nullptr || caller.order < first->order)) first = &caller;
    }
    if (first != nullptr) CHECK(first->wants > semaphore_.available());
  }
  void start(std::size_t number) {
    Caller& caller = callers_[number];
    caller.wants = 1 + t_.random.below(static_cast<std::uint32_t>(permits_));
    caller.order = asked_++;
    Future<void> work = semaphore_.acquire(caller.wants).then([this, number](Permit permit) {
      return serve(number, std::move(permit));
    });
    if (t_.random.one_in(2)) {
      caller.own = std::move(work);
      if (t_.random.one_in(2)) t_.at_some_time([this, number] { drop(number); });
    } else {
      const Task task = group_.spawn("caller " + std::to_string(number), std::move(work));
      if (t_.random.one_in(2)) t_.at_some_time([this, number, task] { cancel(number, task); });
    }
  }
  Future<void> serve(std::size_t number, Permit permit) {
    callers_[number].served = true;
    held_ += permit.count();
    most_held_ = std::max(most_held_, held_);
    overtaken_ = overtaken_ || waiting_before(number) > granted();
    return t_.some_time()
        .then([this, number] { callers_[number].done = true; })
        .attach(std::make_unique<Hold>(held_, std::move(permit)));
  }
  /// Gives back what was counted as held when the permits go back, in whatever way.
  struct Hold {
    Hold(std::size_t& count, Permit from) noexcept : held(count), permit(std::move(from)) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { held -= permit.count(); }

    std::size_t& held;
    Permit permit;
  };
  void drop(std::size_t number) {
    callers_[number].disturbed = true;
    callers_[number].own = {};
  }
  void cancel(std::size_t number, Task task) {
    callers_[number].disturbed = true;
    task.cancel();
  }
  static bool waits(const Caller& caller) {
    return caller.wants > 0 && !caller.served && !caller.disturbed;
  }
  /// Permits that those asked for who came before and have not run yet.
  std::size_t waiting_before(std::size_t number) const {
    std::size_t sum = 0;
    for (const Caller& caller : callers_) {
      if (waits(caller) && caller.order < callers_[number].order) sum += caller.wants;
    }
    return sum;
  }
  /// Permits that were granted to callers who have not run yet.
  std::size_t granted() const { return permits_ - semaphore_.available() - held_; }

  RandomFixture& t_;
  std::size_t permits_;
  std::size_t held_ = 0;
  std::size_t most_held_ = 0;
  std::size_t asked_ = 0;
  bool overtaken_ = false;
  Semaphore semaphore_;
  std::vector<Caller> callers_;
  TaskGroup group_;
};

/// A pool of connections: so many at most, used by one at a time, made when they are needed.
class Pool {
 public:
  explicit Pool(std::size_t limit) : permits_(limit) {}

  struct Connection {
    int users = 0;
    int served = 0;
  };
  /// Gives its connection back when it is destroyed.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection, Permit permit)
        : pool_(&pool), connection_(std::move(connection)), permit_(std::move(permit)) {
      ++connection_->users;
    }
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ == nullptr) return;
      --connection_->users;
      ++connection_->served;
      pool_->idle_.push_back(std::move(connection_));
    }
    int users() const { return connection_->users; }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
    Permit permit_;
  };

  Future<Lease> acquire(RandomFixture& t) {
    return permits_.acquire().then([this, &t](Permit permit) {
      if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return ready_future(Lease(*this, std::move(connection), std::move(permit)));
      }
      return t.some_time().then([this, permit = std::move(permit)]() mutable {
        ++made_;
        return Lease(*this, std::make_unique<Connection>(), std::move(permit));
      });
    });
  }
  std::size_t made() const { return made_; }
  std::size_t idle() const { return idle_.size(); }
  std::size_t free_permits() const { return permits_.available(); }

 private:
  Semaphore permits_;
  std::size_t made_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
};

/// Users of a pool, each of which leases a connection a few times, unless it is cancelled.
class PoolUsers {
 public:
  PoolUsers(RandomFixture& fixture, std::size_t limit)
      : t_(fixture), limit_(limit), pool_(limit), group_(std::in_place, fixture.loop) {}

  void run() {
    for (std::size_t count = 1 + t_.random.below(6); count > 0; --count) {
      const Task task = group_->spawn("user", use(1 + t_.random.below(3)));
      if (t_.random.one_in(3)) t_.cancel_at_some_time(task);
    }
    if (t_.random.one_in(4)) t_.at_some_time([this] { group_.reset(); });
    t_.run_to_end();
  }
  void check_end() const {
    CHECK(most_users_ <= 1);
    CHECK(pool_.made() <= limit_);
    CHECK(pool_.idle() == pool_.made());
    CHECK(pool_.free_permits() == limit_);
    CHECK((!group_ || group_->size() == 0));
  }

 private:
  Future<void> use(std::size_t rounds) {
    if (rounds == 0) return ready_future();
    return pool_.acquire(t_)
        .then([this](Pool::Lease lease) {
          most_users_ = std::max(most_users_, lease.users());
          return t_.some_time().attach(std::move(lease));
        })
        .then([this, rounds] { return use(rounds - 1); });
  }

  RandomFixture& t_;
  std::size_t limit_;
  int most_users_ = 0;
  Pool pool_;
  std::optional<TaskGroup> group_;
};

/// Tasks that lock a mutex a few times, unless they are cancelled.
class Lockers {
 public:
  explicit Lockers(RandomFixture& fixture) : t_(fixture), group_(fixture.loop) {}

  void run() {
    for (std::size_t count = 2 + t_.random.below(4); count > 0; --count) {
      const std::size_t rounds = 1 + t_.random.below(3);
      const Task task = group_.spawn("locker", lock(rounds));
      if (t_.random.one_in(3)) {
        t_.cancel_at_some_time(task);
      } else {
        wanted_ += rounds;
      }
    }
    t_.run_to_end();
  }
  void check_end() const {
    CHECK(most_inside_ == 1);
    CHECK(inside_ == 0);
    CHECK(in_order_);
    CHECK(locks_ >= wanted_);
    CHECK_FALSE(mutex_.locked());
    CHECK(mutex_.waiting() == 0);
    CHECK(group_.size() == 0);
  }

 private:
  struct Inside {
    Inside(int& counter, Mutex::Guard from) noexcept : count(counter), guard(std::move(from)) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { --count; }

    int& count;
    Mutex::Guard guard;
  };

  Future<void> lock(std::size_t rounds) {
    if (rounds == 0) return ready_future();
    const std::size_t order = ++asked_;
    return mutex_.lock()
        .then([this, order](Mutex::Guard guard) { return work(order, std::move(guard)); })
        .then([this, rounds] { return lock(rounds - 1); });
  }
  Future<void> work(std::size_t order, Mutex::Guard guard) {
    ++locks_;
    most_inside_ = std::max(most_inside_, ++inside_);
    in_order_ = in_order_ && order > last_;
    last_ = order;
    return t_.some_time().attach(std::make_unique<Inside>(inside_, std::move(guard)));
  }

  RandomFixture& t_;
  int inside_ = 0;
  int most_inside_ = 0;
  bool in_order_ = true;
  std::size_t asked_ = 0;
  std::size_t last_ = 0;  // to ask, of those that had the lock
  std::size_t locks_ = 0;
  std::size_t wanted_ = 0;  // by those that nobody cancels
  Mutex mutex_;
  TaskGroup group_;
};

}  // namespace

TEST_CASE("under any schedule a mutex lets in one at a time, in order, and all who want") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    Lockers lockers(t);
    lockers.run();
    lockers.check_end();
  });
}

TEST_CASE("under any schedule a semaphore keeps its limit and its order, and loses no permit") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    Callers callers(t, 1 + t.random.below(4));
    callers.run();
    callers.check_end();
  });
}

TEST_CASE("under any schedule a pool gives each connection to one at a time, and loses none") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    PoolUsers users(t, 1 + t.random.below(3));
    users.run();
    users.check_end();
  });
}
