// SPDX-License-Identifier: MIT
//
// A TCP server that speaks TLS, as a service: a function of yours for each client.
//
//     class Echo final : public TlsServer {
//      public:
//       using TlsServer::TlsServer;
//       Future<void> on_client(TlsStream& client) override { return echo(client); }
//     };
//     supervisor.add<Echo>(
//         {.listen = "[::]:8443"_addr,
//          .tls = {.certificates = {{Pem::file("server.pem"), Pem::file("server.key"), {}}}},
//          .reload_on_change = true});
//
// See io/tls_options.hpp for what can be set of TLS, services/tcp_server.hpp for what it has in
// common with a server that does not encrypt.
#pragma once

#include <eddy/base/log_throttle.hpp>
#include <eddy/base/required.hpp>
#include <eddy/core/mutex.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/io/tls_server_context.hpp>
#include <eddy/io/tls_stream.hpp>
#include <eddy/services/server_base.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy {

namespace detail {
class CertificateWatch;
}

/// What a TlsServer has counted besides its clients.
struct TlsServerStatistic {
  Counter handshakes;         ///< that were done
  Gauge handshaking;          ///< clients now that are not done with theirs
  Counter failed_handshakes;  ///< of all kinds but the next
  Counter timed_out;          ///< handshakes that TlsLimits::handshake ended
  Counter reached_handshake_limit;
  Counter reloads;         ///< that were done
  Counter failed_reloads;  ///< that left the old certificates in place

  void visit(auto&& field) const {
    field("handshakes", handshakes), field("handshaking", handshaking);
    field("failed_handshakes", failed_handshakes), field("timed_out", timed_out);
    field("reached_handshake_limit", reached_handshake_limit);
    field("reloads", reloads), field("failed_reloads", failed_reloads);
  }
};

/// Calls on_client() for each connection whose handshake is done, and closes it when that is done,
/// in whatever way.
///
/// A handshake that fails is counted, and logged at most once a second: who connects must not write
/// our log. Thread: loop.
class EDDY_EXPORT TlsServer : public ServerBase {
 public:
  struct Config {
    Required<ListenOn> listen;  ///< an address, port 0 takes a free one; or a passed socket
    /// Certificates, keys, and what a peer may cost. Read in the loop's file threads at the start.
    Required<TlsServerOptions> tls;
    /// So many clients may be in the midst of a handshake; at this number it stops accepting until
    /// one of them is done, or has taken as long as TlsLimits::handshake allows. Enough for a
    /// thousand that stall to keep nobody out.
    std::size_t max_handshakes = 2'000;
    /// Reads certificates and keys again at SIGHUP, as reload() does.
    bool reload_on_hangup = false;
    /// Reads them again when one of their files changes. A key and a certificate that do not fit
    /// leave the old ones in place until both are there.
    bool reload_on_change = false;
    /// At this number of clients, handshakes included, or at 80 % of the descriptors, it stops
    /// accepting until one goes.
    std::size_t max_connections = 10'000;
    /// As those of TcpServer::Config; they begin when the handshake is done.
    Duration idle_limit = Duration::zero();
    Duration write_limit = std::chrono::seconds(30);
    Duration linger = std::chrono::seconds(2);
    Duration drain = std::chrono::seconds(1);
    BindOptions bind = {};
    /// Where its numbers are listed, under the service's name, and beside them those of TLS; must
    /// outlive the service.
    Statistics* statistics = nullptr;

    /// What is wrong; certificates and keys that stand in files are not looked at.
    std::vector<std::string> validate() const;
  };

  TlsServer(Env& env, Config config);
  ~TlsServer() override;

  /// Serves one client. When the Future has its value, what was written is sent, then close_notify,
  /// then the connection is closed, see Config::linger; on an error it is closed at once.
  ///
  /// Lifetime: `client` lives until the Future has settled or was dropped.
  virtual Future<void> on_client(TlsStream& client) = 0;

  /// Reads certificates and keys again, for the handshakes from then on; those at work, and the
  /// connections that are open, keep what they have.
  ///
  /// Clients may still resume their sessions. Reloads wait for each other, and for the start.
  /// Errors: those of TlsServerContext::create(), and the old certificates stay; Errc::invalid
  /// before the start; Errc::canceled or Errc::broken_promise if the service ends meanwhile.
  /// Cancel: partial; what has begun to read the files goes on.
  [[nodiscard]] Future<void> reload();

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  const TlsServerStatistic& tls_statistic() const noexcept { return tls_statistic_; }

 protected:
  Future<void> serve(TcpStream stream) final;

 private:
  class Handshake;

  Future<void> load();
  Future<void> listen();
  Result<void> watch();
  Future<void> reload_for(Promise<void> asker);
  Future<void> replace_context();
  Future<void> reload_by_itself();
  void reload_failed(const Error& error);
  void handshake_failed(const Address& peer, const Error& error);
  void check_handshakes() noexcept;

  const Config config_;
  TlsServerStatistic tls_statistic_;
  Statistics::Registration tls_registration_;
  std::optional<TlsServerContext> context_;
  Mutex reloading_;
  std::string reload_complaint_;  // what the log was told already
  log::Throttle complaints_;      // of handshakes
  bool at_limit_ = false;
  std::unique_ptr<detail::CertificateWatch> watch_;
  detail::Presence presence_;
};

}  // namespace eddy
