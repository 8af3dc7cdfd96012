// SPDX-License-Identifier: MIT
//
// A TcpServer that is destroyed by its own handlers, or by what they hold.
#include <eddy/services/tcp_server.hpp>

#include <eddy/io/connect.hpp>
#include <eddy/testing/fixture.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "doom.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::literals;
using namespace eddy::testing;

namespace {

/// Does with a client what the test says.
class Scripted final : public TcpServer {
 public:
  struct Config {
    std::function<Future<void>(Stream&)> script;
  };
  Scripted(Env& env, Config config)
      : TcpServer(env, {.listen = "127.0.0.1:0"_addr}), script_(std::move(config.script)) {}

  Future<void> on_client(Stream& client) override {
    const auto script = script_;  // may destroy this
    return script(client);
  }

 private:
  std::function<Future<void>(Stream&)> script_;
};

/// A supervisor that may be destroyed, with a server that does so.
struct Doomed {
  explicit Doomed(Fixture& fixture) : t(fixture) { supervisor.emplace(t.loop, quiet_options()); }
  /// What a client hears when `script` serves it.
  Error fate(std::function<Future<void>(Stream&)> script) {
    auto server = supervisor->add<Scripted>({.script = std::move(script)});
    CHECK(t.get(supervisor->start()).has_value());
    TcpStream client = *t.get(connect(t.loop, server->bound_address()));
    client.write("hello\n");
    t.run_until_idle();
    t.clock.advance(1s);
    return t.get(client.read()).error();
  }

  Fixture& t;
  std::optional<Supervisor> supervisor;
};

}  // namespace

TEST_CASE("a handler may destroy its tcp server at once") {
  Fixture t;
  Doomed doomed(t);

  const Error heard = doomed.fate([&](Stream&) {
    doomed.supervisor.reset();
    return t.loop.sleep(1h);
  });

  CHECK_FALSE(doomed.supervisor.has_value());
  CHECK((heard == peer_gone || heard == Errc::end_of_stream));
}

TEST_CASE("a handler may destroy its tcp server and throw") {
  Fixture t;
  Doomed doomed(t);

  const Error heard = doomed.fate([&](Stream&) -> Future<void> {
    doomed.supervisor.reset();
    throw std::runtime_error("after us");
  });

  CHECK(t.take_unread().size() == 1);
  CHECK((heard == peer_gone || heard == Errc::end_of_stream));
}

TEST_CASE("a handler of one that came before the stop may destroy its tcp server") {
  Fixture t;
  Doomed doomed(t);
  auto server = doomed.supervisor->add<Scripted>({.script = [&](Stream&) {
    doomed.supervisor.reset();
    return t.loop.sleep(1h);
  }});
  CHECK(t.get(doomed.supervisor->start()).has_value());
  Future<TcpStream> client = connect(t.loop, server->bound_address());

  std::ignore = doomed.supervisor->stop();
  t.run_until_idle();

  CHECK_FALSE(doomed.supervisor.has_value());
  std::ignore = t.get(std::move(client));
}

TEST_CASE("a handler may destroy its tcp server later on") {
  Fixture t;
  Doomed doomed(t);

  const Error heard = doomed.fate([&](Stream& client) {
    return client.read_line().then([&](const std::string&) { doomed.supervisor.reset(); });
  });

  CHECK((heard == peer_gone || heard == Errc::end_of_stream));
}

TEST_CASE("what a handler held may destroy its tcp server") {
  Fixture t;
  Doomed doomed(t);
  const Error heard = doomed.fate([&](Stream& client) {
    return client.read_line().then([bomb = Bomb(doomed.supervisor)](const std::string&) {});
  });

  CHECK_FALSE(doomed.supervisor.has_value());
  CHECK((heard == peer_gone || heard == Errc::end_of_stream));
}

// What is dropped deep inside of a drop dies when that is over, and then the server is gone.
TEST_CASE("a tcp server may be destroyed by what a dropped future held, while handlers run") {
  Fixture t;
  Doomed doomed(t);
  Future<void> held = nested_bomb(t.loop, doomed.supervisor);

  const Error heard = doomed.fate(
      [&](Stream&) { return t.loop.sleep(1s).then([&held] { held = {}; }).then([] {}); });

  std::ignore =
      t.take_unread();  // of the supervisor's own promises, whose readers are put off, too
  CHECK_FALSE(doomed.supervisor.has_value());
  CHECK((heard == peer_gone || heard == Errc::end_of_stream));
}
