// SPDX-License-Identifier: MIT
//
// Certificates and keys of a TLS server: wrong ones, and new ones while it runs.
#include <eddy/services/tls_server.hpp>

#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>

#include "io/own_folder.hpp"
#include "io/watch_calls.hpp"
#include "tls_service_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// A certificate and a key in files.
struct Files {
  explicit Files(const Certified& certified = the_certificate()) { put(certified); }

  void put(const Certified& certified) const { put(certified.certificate, certified.key); }
  void put(const std::string& certificate, const std::string& key) const {
    scratch.put("server.pem", certificate);
    scratch.put("server.key", key);
  }
  TlsServerOptions options(std::string password = {}) const {
    TlsServerOptions made;
    made.certificates.push_back({Pem::file(scratch / "server.pem"),
                                 Pem::file(scratch / "server.key"),
                                 std::move(password)});
    return made;
  }

  OwnFolder scratch;
};

/// How the start of a server fails, after which nothing of it, and of another one, is left.
Error failed_start(Fixture& t, TlsServerOptions tls) {
  Supervisor supervisor(t.loop, quiet_supervisor());
  auto innocent = supervisor.add<ObedientTls>(tls_config()).name("innocent");
  supervisor.add<ObedientTls>(tls_config(std::move(tls))).name("guilty").after(innocent);
  Result<void> started = t.get(supervisor.start());
  CHECK(innocent.state() == ServiceState::stopped);
  CHECK(t.loop.statistic().open_handles == 0);
  return started.error();
}

bool mentions(const Error& error, std::string_view text) {
  CAPTURE(error.message());
  return error.message().find(text) != std::string::npos;
}

std::string serial_of(const TlsStream& client) {
  return client.peer_certificate()->serial;
}
std::string serial_of(Fixture& t, const Certified& certified) {
  TlsServerOptions options;
  options.certificates.push_back(certified.pair());
  return serial_of(a_tls_pair(t, a_client(), a_server(std::move(options))).client);
}

/// As long as it lives, `call` is called when the kernel is about to be asked to watch something.
class WatchHook {
 public:
  explicit WatchHook(std::function<void()> call) {
    hooked = std::move(call);
    detail::watch_calls = &hooked_calls;
  }
  WatchHook(const WatchHook&) = delete;
  WatchHook& operator=(const WatchHook&) = delete;
  ~WatchHook() { detail::watch_calls = &detail::kernel_watch_calls; }

  /// To be called in it: the kernel says that too much is watched.
  static void refuse() noexcept { refused = true; }

 private:
  static int add_watch(int inotify, const char* directory, std::uint32_t wanted) {
    refused = false;
    hooked();
    if (!refused) return ::inotify_add_watch(inotify, directory, wanted);
    errno = ENOSPC;
    return -1;
  }

  static constexpr detail::WatchCalls hooked_calls{&WatchHook::add_watch};
  static inline std::function<void()> hooked;
  static inline bool refused = false;
};

/// Reloads before it is up, and while it starts.
class Hasty final : public TlsServer {
 public:
  using Config = TlsServer::Config;
  using TlsServer::TlsServer;

  Future<void> start() override {
    return reload().or_else([this](Error error) { before = std::move(error); }).then([this] {
      Future<void> started = TlsServer::start();
      during = reload();
      return started;
    });
  }
  Future<void> on_client(TlsStream&) override { return ready_future(); }

  std::optional<Error> before;
  Future<void> during;
};

bool complains(const TlsServer::Config& config, std::string_view about) {
  const auto complaints = config.validate();
  return complaints.size() == 1 && complaints.front().find(about) != std::string::npos;
}

/// How many such lines the log has.
std::ptrdiff_t told(const LogCapture& log, std::string_view message) {
  const auto lines = log.lines();
  return std::count_if(
      lines.begin(), lines.end(), [&](const LogLine& line) { return line.message == message; });
}

TlsServer::Config reloading(const Files& files) {
  TlsServer::Config config = tls_config(files.options());
  config.reload_on_change = true;
  return config;
}

}  // namespace

TEST_CASE("124: a key that does not match is a failed start, and everything is rolled back") {
  TlsFixture t;
  const Files files;
  files.put(the_certificate().certificate, the_authority().issue().key);

  const Error error = failed_start(t, files.options());

  CHECK(mentions(error, "guilty"));
  CHECK(mentions(error, "the key does not match"));
}

TEST_CASE("124: a missing key is a failed start that names the file") {
  TlsFixture t;
  const Files files;
  std::filesystem::remove(files.scratch / "server.key");

  const Error error = failed_start(t, files.options());

  CHECK(error == std::errc::no_such_file_or_directory);
  CHECK(mentions(error, files.scratch / "server.key"));
}

TEST_CASE("124: a key that cannot be read is a failed start that names the file") {
  TlsFixture t;
  const Files files;
  std::filesystem::remove(files.scratch / "server.key");
  std::filesystem::create_directory(files.scratch / "server.key");

  CHECK(mentions(failed_start(t, files.options()), files.scratch / "server.key"));
}

TEST_CASE("124: an encrypted key without its password is a failed start") {
  TlsFixture t;
  const Files files;
  files.put(the_certificate().certificate, the_certificate().locked("secret"));

  CHECK(mentions(failed_start(t, files.options()), "encrypted, and no password was given"));
  CHECK(mentions(failed_start(t, files.options("wrong")), "the password is wrong"));
  TlsServed served(t, tls_config(files.options("secret")));
  CHECK(served.try_call());
}

TEST_CASE("124: what is wrong with certificates and keys given as text is told before any start") {
  TlsFixture t;
  TlsServerOptions mismatched;
  mismatched.certificates.push_back(
      {Pem::text(the_certificate().certificate), Pem::text(the_authority().issue().key), {}});
  const Files files;

  CHECK(complains(tls_config(mismatched), "the key does not match"));
  CHECK(tls_config(files.options()).validate().empty());
  CHECK(tls_config().validate().empty());
}

TEST_CASE("a tls server's configuration is checked") {
  TlsServer::Config config = tls_config();
  config.max_handshakes = 0;
  CHECK(complains(config, "max_handshakes"));
  CHECK(complains(tls_config({.certificates = {}}), "tls.certificates is empty"));
  CHECK(complains(tls_config({.certificates = {{Pem(), Pem::text("key"), {}}}}), "a certificate"));
  TlsServerOptions options = server_options();
  options.limits.handshake = Duration::zero();
  CHECK(complains(tls_config(options), "tls.limits.handshake"));
  options = server_options();
  options.client_certificate = ClientCertificate::required;
  CHECK(complains(tls_config(options), "tls.client_authorities"));
  options = server_options();
  options.minimum = TlsVersion::tls1_3;
  options.maximum = TlsVersion::tls1_2;
  CHECK(complains(tls_config(options), "tls.minimum"));
  options = server_options();
  options.alpn = {""};
  CHECK(complains(tls_config(options), "tls.alpn"));
}

TEST_CASE("125: after a reload new handshakes get the new certificate, old connections live on") {
  TlsFixture t;
  const Files files;
  TlsServed served(t, tls_config(files.options()));
  TlsStream old = served.call();
  files.put(the_authority().issue());
  CHECK(serial_of(served.call()) == serial_of(old));

  CHECK(t.get(served.server->reload()));

  TlsStream fresh = served.call();
  CHECK(serial_of(fresh) != serial_of(old));
  CHECK(served.ask(fresh, "hello").value() == "hello");
  CHECK(served.ask(old, "hello").value() == "hello");
  CHECK(served.counted().reloads.value() == 1);
}

TEST_CASE("125: a reload of what is wrong fails with the reason, and the old certificate stays") {
  TlsFixture t;
  const Files files;
  TlsServed served(t, tls_config(files.options()));
  const std::string before = serial_of(served.call());
  files.put(the_authority().issue().certificate, the_certificate().key);

  const auto reloaded = t.get(served.server->reload());

  CHECK(mentions(reloaded.error(), "the key does not match"));
  CHECK(serial_of(served.call()) == before);
  CHECK(served.counted().failed_reloads.value() == 1);
}

TEST_CASE("125: reloads wait for each other, and one that nobody wants any more is none") {
  TlsFixture t;
  const Files files;
  TlsServed served(t, tls_config(files.options()));
  auto first = served.server->reload();
  auto second = served.server->reload();
  auto third = served.server->reload();
  CHECK_FALSE(second.ready());

  first = {};

  CHECK(t.get(std::move(second)));
  CHECK(t.get(std::move(third)));
  CHECK(served.counted().reloads.value() == 2);
}

TEST_CASE("125: SIGHUP makes a server reload that was told so") {
  TlsFixture t;
  const Files files;
  TlsServer::Config config = tls_config(files.options());
  config.reload_on_hangup = true;
  TlsServed served(t, config);
  const std::string before = serial_of(served.call());
  files.put(the_authority().issue());

  std::raise(SIGHUP);
  run_until(t, [&] { return served.counted().reloads.value() == 1; });

  CHECK(serial_of(served.call()) != before);
}

TEST_CASE("125: a server that was told so reloads when its files have changed") {
  TlsFixture t;
  const Files files;
  TlsServed served(t, reloading(files));
  const std::string before = serial_of(served.call());
  files.put(the_authority().issue());
  t.run_until_idle();
  CHECK(served.counted().reloads.value() == 0);

  t.advance(1s);
  run_until(t, [&] { return served.counted().reloads.value() > 0; });

  CHECK(serial_of(served.call()) != before);
}

TEST_CASE("125: changes for the worse are told once, and those for the better are taken") {
  TlsFixture t;
  LogCapture log;
  const Files files;
  TlsServed served(t, reloading(files));
  const std::string before = serial_of(served.call());
  const Certified fresh = the_authority().issue();
  files.put("nonsense", fresh.key);
  t.run_until_idle();
  t.advance(1s);
  run_until(t, [&] { return served.counted().failed_reloads.value() == 2; });
  CHECK(serial_of(served.call()) == before);
  CHECK(told(log, "tls server keeps its old certificates, for the new ones are wrong") == 1);

  files.put(fresh);
  t.run_until_idle();
  t.advance(1s);
  run_until(t, [&] { return served.counted().reloads.value() > 0; });

  CHECK(serial_of(served.call()) != before);
  files.put("nonsense", fresh.key);
  t.run_until_idle();
  t.advance(1s);
  run_until(t, [&] {
    return told(log, "tls server keeps its old certificates, for the new ones are wrong") == 2;
  });
}

TEST_CASE("125: a file that goes for a moment is not read until it has come again") {
  TlsFixture t;
  const Files files;
  TlsServed served(t, reloading(files));
  std::filesystem::remove(files.scratch / "server.key");
  t.run_until_idle();
  t.advance(1s);
  t.run_until_idle();

  files.put(the_authority().issue());
  t.run_until_idle();
  t.advance(1s);
  run_until(t, [&] { return served.counted().reloads.value() > 0; });

  CHECK(served.counted().failed_reloads.value() == 0);
}

TEST_CASE("125: the authorities of clients are watched as well") {
  TlsFixture t;
  const Files files;
  const std::string clients = files.scratch.put("clients.pem", the_authority().pem());
  TlsServer::Config config = reloading(files);
  config.tls->client_certificate = ClientCertificate::optional;
  config.tls->client_authorities = Pem::file(clients);
  TlsServed served(t, config);

  files.scratch.put("clients.pem", Authority().pem());
  t.run_until_idle();
  t.advance(1s);

  run_until(t, [&] { return served.counted().reloads.value() > 0; });
}

TEST_CASE("125: a server begins to watch its files before it reads them") {
  TlsFixture t;
  const Files files;
  const Certified fresh = the_authority().issue();
  const WatchHook hook([&] { files.put(fresh); });

  TlsServed served(t, reloading(files));

  CHECK(serial_of(served.call()) == serial_of(t, fresh));
}

TEST_CASE("125: a server whose files cannot be watched does not start, and says why") {
  TlsFixture t;
  const Files files;
  const WatchHook hook([] { WatchHook::refuse(); });
  Supervisor supervisor(t.loop, quiet_supervisor());
  supervisor.add<ObedientTls>(reloading(files));

  const Error error = t.get(supervisor.start()).error();

  CHECK(error == std::errc::no_space_on_device);
  CHECK(mentions(error, "watch " + files.scratch / "server.pem"));
  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE("125: a server that loses sight of its files reads them, says so, and goes on watching") {
  TlsFixture t;
  LogCapture log;
  const Files files;
  TlsServed served(t, reloading(files));
  const Certified second = the_authority().issue();
  files.put(second);
  {
    const WatchHook hook([] { WatchHook::refuse(); });
    std::filesystem::rename(files.scratch.put("new.pem", second.certificate),
                            files.scratch / "server.pem");
    run_until(t, [&] { return served.counted().reloads.value() == 1; });
  }
  CHECK(serial_of(served.call()) == serial_of(t, second));
  log.expect(log::Level::error, "certificates were out of sight, and are read again");
  const Certified third = the_authority().issue();

  files.put(third);
  t.run_until_idle();
  t.advance(1s);
  run_until(t, [&] { return served.counted().reloads.value() > 1; });

  CHECK(serial_of(served.call()) == serial_of(t, third));
}

TEST_CASE("125: a reload before the service is up fails, one while it starts waits") {
  TlsFixture t;
  Supervisor supervisor(t.loop, quiet_supervisor());
  auto server = supervisor.add<Hasty>(tls_config());

  CHECK(t.get(supervisor.start()));

  CHECK(server->before.value() == Errc::invalid);
  CHECK(t.get(std::move(server->during)));
  CHECK(server->tls_statistic().reloads.value() == 1);
}

TEST_CASE("125: a reload whose server dies meanwhile fails") {
  TlsFixture t;
  const Files files;
  TlsServed served(t, tls_config(files.options()));
  auto first = served.server->reload();
  auto second = served.server->reload();

  served.supervisor.reset();

  CHECK(t.get(std::move(first)).error() == Errc::broken_promise);
  CHECK(t.get(std::move(second)).error() == Errc::broken_promise);
}

TEST_CASE("a file that several certificates stand in is watched once") {
  TlsFixture t;
  const Files files;
  TlsServer::Config config = reloading(files);
  config.tls->certificates.push_back(config.tls->certificates.front());

  TlsServed served(t, config);

  CHECK(served.try_call());
}
