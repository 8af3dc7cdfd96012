// SPDX-License-Identifier: MIT
#include <eddy/services/tcp_server.hpp>

#include <eddy/core/repeat.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/descriptor_share.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/log_capture.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../io/descriptor_limit.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::literals;

namespace {

/// Does with each client what its first line says.
class Obedient final : public TcpServer {
 public:
  using Config = TcpServer::Config;
  using TcpServer::TcpServer;

  Future<void> on_client(Stream& client) override {
    if (refuse) throw std::runtime_error("refused");
    return client.read_line().then(
        [this, &client](std::string line) { return obey(client, line); });
  }

  bool refuse = false;

 private:
  Future<void> obey(Stream& client, const std::string& line) {
    if (line == "wait") return loop().sleep(20s);
    if (line == "fail") return failed_future<void>(Errc::protocol);
    client.write(line + "\n");
    return line == "bye" ? ready_future() : on_client(client);
  }
};

/// A supervisor with one server on a free port of the loopback interface.
struct Served {
  explicit Served(testing::Fixture& t, TcpServer::Config config = {.listen = "127.0.0.1:0"_addr})
      : fixture(t), supervisor(t.loop, options()), server(supervisor.add<Obedient>(config)) {
    CHECK(t.get(supervisor.start()).has_value());
  }
  ~Served() {
    Future<void> stopped = supervisor.stop();
    fixture.run_until_idle();  // its timers start
    fixture.clock.advance(60s);
    CHECK(fixture.get(std::move(stopped)).has_value());
  }
  static Supervisor::Options options() {
    Supervisor::Options chosen;
    chosen.signals = false;
    chosen.raise_file_limit = false;
    return chosen;
  }

  TcpStream connect() { return *fixture.get(eddy::connect(fixture.loop, server->bound_address())); }
  Result<std::string> ask(TcpStream& client, std::string_view line) {
    client.write(line);
    return fixture.get(client.read_line());
  }

  testing::Fixture& fixture;
  Supervisor supervisor;
  ServiceHandle<Obedient> server;
};

}  // namespace

TEST_CASE("a tcp server serves its clients side by side") {
  testing::Fixture t;
  Served served(t);
  TcpStream one = served.connect();
  TcpStream other = served.connect();

  CHECK(*served.ask(one, "first\n") == "first");
  CHECK(*served.ask(other, "second\n") == "second");
  CHECK(*served.ask(one, "third\n") == "third");
  CHECK(served.server->statistic().open.value() == 2);
}

TEST_CASE("a client is closed when its handler is done, and gets all that was written") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();

  CHECK(*served.ask(client, "bye\n") == "bye");
  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a client is closed when its handler fails or throws") {
  testing::Fixture t;
  Served served(t);
  TcpStream failing = served.connect();

  CHECK_FALSE(served.ask(failing, "fail\n").has_value());
  served.server->refuse = true;
  TcpStream refused = served.connect();
  CHECK_FALSE(t.get(refused.read()).has_value());

  CHECK(served.server->statistic().failed.value() == 2);
  CHECK(served.server->statistic().open.value() == 0);
}

TEST_CASE("clients that fail write one line a second, which tells of the others") {
  testing::LogCapture log;
  testing::Fixture t;
  Served served(t);
  for (int i = 0; i < 3; ++i) {
    TcpStream client = served.connect();
    CHECK_FALSE(served.ask(client, "fail\n").has_value());
  }
  t.advance(1s);
  TcpStream last = served.connect();
  CHECK_FALSE(served.ask(last, "fail\n").has_value());

  log.expect(log::Level::error, "tcp client failed", {{"others_unlogged", 0}});
  log.expect(log::Level::error, "tcp client failed", {{"others_unlogged", 2}});
}

TEST_CASE("a client that goes away is no failure") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();
  CHECK(*served.ask(client, "hello\n") == "hello");

  CHECK(t.get(client.shutdown()).has_value());
  CHECK(t.get(client.read()).error() == Errc::end_of_stream);

  CHECK(served.server->statistic().failed.value() == 0);
}

TEST_CASE("an idle client is closed") {
  testing::Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .idle_limit = 5s});
  TcpStream client = served.connect();
  CHECK(*served.ask(client, "hello\n") == "hello");

  t.clock.advance(6s);

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(served.server->statistic().timed_out.value() == 1);
}

TEST_CASE("at the limit of connections the next client waits") {
  testing::Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .max_connections = 1});
  TcpStream first = served.connect();
  CHECK(*served.ask(first, "hello\n") == "hello");
  TcpStream second = served.connect();
  second.write("hello\n");
  Future<std::string> answer = second.read_line();
  CHECK_FALSE(t.poll(answer));
  CHECK(served.server->statistic().reached_connection_limit.value() == 1);

  first.close();

  CHECK(*t.get(std::move(answer)) == "hello");
}

TEST_CASE("that a server is full is logged at most once a second, and says how full") {
  constexpr std::string_view message = "server is full, newcomers have to wait";
  testing::Fixture t;
  testing::LogCapture log;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .max_connections = 1});
  const auto come_and_go = [&served] {
    TcpStream client = served.connect();
    CHECK(*served.ask(client, "bye\n") == "bye");
    CHECK(served.fixture.get(client.read()).error() == Errc::end_of_stream);
  };
  come_and_go();
  come_and_go();
  come_and_go();
  log.expect(log::Level::warning, message, {{"count", 1U}, {"others_unlogged", 0U}});
  log.expect_none(log::Level::warning, message, {{"others_unlogged", 1U}});

  t.clock.advance(1s);
  come_and_go();

  log.expect(log::Level::warning, message, {{"others_unlogged", 2U}});
}

TEST_CASE("a server leaves a fifth of the descriptors to the program") {
  testing::Fixture t;
  std::optional<testing::DescriptorLimit> few(20);
  const std::size_t share = descriptor_share();
  Served served(t);
  few.reset();
  std::vector<TcpStream> clients;
  while (clients.size() < share)
    clients.push_back(served.connect());
  CHECK(*served.ask(clients.back(), "hello\n") == "hello");
  TcpStream next = served.connect();
  next.write("hello\n");
  Future<std::string> answer = next.read_line();
  CHECK_FALSE(t.poll(answer));
  CHECK(served.server->statistic().reached_connection_limit.value() == 1);

  clients.front().close();

  CHECK(*t.get(std::move(answer)) == "hello");
}

TEST_CASE("what a handler left unread does not turn the end into a reset") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();

  CHECK(*served.ask(client, "bye\n" + std::string(200'000, 'x')) == "bye");

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(served.server->statistic().open.value() == 1);
  CHECK(t.get(client.shutdown()).has_value());
  t.run_until_idle();
  CHECK(served.server->statistic().open.value() == 0);
}

TEST_CASE("a client that does not end is not waited for") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();
  CHECK(*served.ask(client, "bye\n") == "bye");

  t.clock.advance(1s);
  CHECK(served.server->statistic().open.value() == 1);
  t.clock.advance(1s);

  CHECK(served.server->statistic().open.value() == 0);
  CHECK(served.server->statistic().timed_out.value() == 0);
}

TEST_CASE("a client that sends on and on after the end is not read on and on") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();

  CHECK(*served.ask(client, "bye\n" + std::string(8'000'000, 'x')) == "bye");

  CHECK(t.get(client.drain()).error() == peer_gone);
  CHECK(served.server->statistic().open.value() == 0);
  CHECK(served.server->statistic().bytes_received.value() < 1'000'000);
}

TEST_CASE("without a time to linger a client is closed at once") {
  testing::Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .linger = 0s});
  TcpStream client = served.connect();

  CHECK(*served.ask(client, "bye\n") == "bye");

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(served.server->statistic().open.value() == 0);
}

TEST_CASE("a stop gives handlers a second to end what they are at, and cancels them") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();
  client.write("wait\n");
  t.run_until_idle();

  Future<void> stopped = served.supervisor.stop();
  CHECK_FALSE(t.poll(stopped));
  t.clock.advance(999ms);
  CHECK_FALSE(stopped.ready());
  t.clock.advance(1ms);

  CHECK(t.get(std::move(stopped)).has_value());
  CHECK_FALSE(t.get(client.read()).has_value());
}

TEST_CASE("a stop without a drain cancels the handlers of clients at once") {
  testing::Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .drain = 0s});
  TcpStream client = served.connect();
  client.write("wait\n");
  t.run_until_idle();

  Future<void> stopped = served.supervisor.stop();

  CHECK(t.get(std::move(stopped)).has_value());
  CHECK_FALSE(t.get(client.read()).has_value());
}

TEST_CASE("a stop may let handlers go on for longer") {
  testing::Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .drain = 25s});
  TcpStream client = served.connect();
  CHECK(*served.ask(client, "hello\n") == "hello");
  client.write("wait\n");
  t.run_until_idle();

  Future<void> stopped = served.supervisor.stop();
  t.clock.advance(19s);
  CHECK_FALSE(stopped.ready());
  t.clock.advance(2s);
  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  client.close();

  CHECK(t.get(std::move(stopped)).has_value());
}

TEST_CASE("a tcp server's configuration is checked") {
  const TcpServer::Config config{.listen = Address(),
                                 .max_connections = 0,
                                 .idle_limit = Duration(-1),
                                 .write_limit = Duration(-1),
                                 .linger = Duration(-1),
                                 .drain = Duration(-1)};

  CHECK(config.validate().size() == 6);
}

TEST_CASE("a port in use is a failed start") {  // 86
  testing::Fixture t;
  Served served(t);
  Supervisor second(t.loop, Served::options());
  second.add<Obedient>({.listen = served.server->bound_address()});

  const Result<void> started = t.get(second.start());

  CHECK(started.error() == std::errc::address_in_use);
}

TEST_CASE("a server on port 0 tells the real port, in its log line too") {
  testing::Fixture t;
  testing::LogCapture log;

  Served served(t);

  CHECK(served.server->bound_address().port() != 0);
  log.expect(log::Level::info,
             "tcp server listens",
             {{"address", served.server->bound_address().to_string()}});
}

TEST_CASE("a start that fails on a port in use frees the ports of the others") {  // 86
  testing::Fixture t;
  Served served(t);
  Supervisor second(t.loop, Served::options());
  auto innocent = second.add<Obedient>({.listen = "127.0.0.1:0"_addr}).name("innocent");
  second.add<Obedient>({.listen = served.server->bound_address()}).name("guilty").after(innocent);

  const Result<void> started = t.get(second.start());

  CHECK(started.error().message().find("guilty") != std::string::npos);
  CHECK(started.error().message().find("has the port; stop it") != std::string::npos);
  CHECK(t.loop.statistic().open_handles == 1);  // the listener of the first
}

TEST_CASE("a server on a passed socket serves, and so does the next one with its Config") {
  testing::Fixture t;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const Address any = "127.0.0.1:0"_addr;
  REQUIRE(::bind(socket,
                 static_cast<const sockaddr*>(any.data()),
                 static_cast<socklen_t>(any.size())) == 0);
  const TcpServer::Config config{.listen = PassedSocket("echo", socket)};
  {
    Served served(t, config);
    TcpStream client = served.connect();
    CHECK(*served.ask(client, "bye\n") == "bye");
  }
  Served again(t, config);
  TcpStream client = again.connect();

  CHECK(*again.ask(client, "bye\n") == "bye");
  CHECK(again.server->bound_address() == config.listen->address());

  ::close(socket);
}
