// SPDX-License-Identifier: MIT
//
// A UdpServer that is destroyed by its own handlers, or by what they hold.
#include <eddy/services/udp_server.hpp>

#include <eddy/testing/fixture.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "doom.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::literals;
using namespace eddy::testing;

namespace {

/// Does with each datagram what the test says.
class Scripted final : public UdpServer {
 public:
  struct Config {
    std::function<bool()> arrival = [] {
      return false;
    };
    std::function<Future<void>()> script = {};
    std::size_t max_handlers = 256;
  };
  Scripted(Env& env, const Config& config)
      : UdpServer(env, {.listen = "127.0.0.1:0"_addr, .max_handlers = config.max_handlers}),
        config_(config) {}

  bool on_arrival(const DatagramView&) override {
    const auto arrival = config_.arrival;  // may destroy this
    return arrival();
  }
  Future<void> on_datagram(Datagram) override {
    const auto script = config_.script;
    return script();
  }

 private:
  Config config_;
};

/// A supervisor that may be destroyed, with a server that does so.
struct Doomed {
  explicit Doomed(Fixture& fixture) : t(fixture) { supervisor.emplace(t.loop, quiet_options()); }

  void send_to(Scripted::Config config, int times = 2) {
    auto server = supervisor->add<Scripted>(std::move(config));
    CHECK(t.get(supervisor->start()).has_value());
    auto client = UdpSocket::connect(t.loop, server->bound_address()).value();
    for (int i = 0; i < times; ++i)
      CHECK(client.send("x"));
    t.run_until_idle();
    t.clock.advance(10s);
  }
  auto end() {
    return [this] {
      supervisor.reset();
    };
  }

  Fixture& t;
  std::optional<Supervisor> supervisor;
};

}  // namespace

TEST_CASE("a udp server may be destroyed by on_arrival, which may throw, too") {
  Fixture t;
  Doomed doomed(t);
  doomed.send_to({.arrival = [end = doomed.end()] {
    end();
    return false;
  }});
  CHECK_FALSE(doomed.supervisor.has_value());

  doomed.supervisor.emplace(t.loop, quiet_options());
  doomed.send_to({.arrival = [end = doomed.end()]() -> bool {
    end();
    throw std::runtime_error("after us");
  }});

  CHECK(t.take_unread().size() == 1);
  CHECK_FALSE(doomed.supervisor.has_value());
}

TEST_CASE("a udp server may be destroyed by its handler, at once and later on") {
  Fixture t;
  Doomed doomed(t);
  doomed.send_to({.script = [&t, end = doomed.end()] {
    Loop& loop = t.loop;
    end();
    return loop.sleep(1h);
  }});
  CHECK_FALSE(doomed.supervisor.has_value());

  doomed.supervisor.emplace(t.loop, quiet_options());
  doomed.send_to({.script = [&t, end = doomed.end()] {
    return t.loop.sleep(1s).then(end);
  }});

  CHECK_FALSE(doomed.supervisor.has_value());
}

TEST_CASE("a udp server may be destroyed by the handler of one that waited") {
  Fixture t;
  Doomed doomed(t);
  int calls = 0;

  doomed.send_to({.script =
                      [&calls, &t, end = doomed.end()] {
                        if (++calls == 1) return t.loop.sleep(1s);
                        end();
                        return ready_future();
                      },
                  .max_handlers = 1},
                 4);

  CHECK(calls == 2);
  CHECK_FALSE(doomed.supervisor.has_value());
}

TEST_CASE("a udp server may be destroyed by the handler of one that came before its stop") {
  Fixture t;
  Doomed doomed(t);
  auto server = doomed.supervisor->add<Scripted>({.script = [&t, end = doomed.end()] {
    Loop& loop = t.loop;
    end();
    return loop.sleep(1h);
  }});
  CHECK(t.get(doomed.supervisor->start()).has_value());
  auto client = UdpSocket::connect(t.loop, server->bound_address()).value();
  CHECK(client.send("x"));

  std::ignore = doomed.supervisor->stop();
  t.run_until_idle();

  CHECK_FALSE(doomed.supervisor.has_value());
}

TEST_CASE("a udp server may be destroyed by what a handler held") {
  Fixture t;
  Doomed doomed(t);

  doomed.send_to({.script = [&] {
    return t.loop.sleep(1s).then([bomb = Bomb(doomed.supervisor)] {});
  }});

  CHECK_FALSE(doomed.supervisor.has_value());
}

// What is dropped deep inside of a drop dies when that is over, and then the server is gone.
TEST_CASE("a udp server may be destroyed by what a dropped future held, while handlers run") {
  Fixture t;
  Doomed doomed(t);
  Future<void> held = nested_bomb(t.loop, doomed.supervisor);
  doomed.send_to({.script = [&t] {
    return t.loop.sleep(1h).then([] {});
  }});

  held = {};

  std::ignore =
      t.take_unread();  // of the supervisor's own promises, whose readers are put off, too
  CHECK_FALSE(doomed.supervisor.has_value());
}
