// SPDX-License-Identifier: MIT
//
// A peer that is not ours: OpenSSL's own client or server, told what to do step by step, and the
// octets of messages that no OpenSSL would send.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tls_kit.hpp"

namespace eddy::testing {

/// OpenSSL over one end of a duplex(). It does nothing by itself: exchange() moves octets.
class RawPeer {
 public:
  enum class Role { client, server };

  RawPeer(Fixture& t, Stream stream, Role role);
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  SSL* ssl() const noexcept { return ssl_.get(); }
  Stream& stream() noexcept { return stream_; }
  /// What came and was not yet taken.
  Recorder& arrived() noexcept { return arrived_; }

  /// Sends what OpenSSL has written, and gives it what has come.
  void exchange();
  /// Takes what OpenSSL has written instead of sending it.
  std::string take_output();
  /// Goes on with the handshake until it is done or has failed; true if it is done.
  bool shake_hands();
  /// Data that came.
  std::string read();
  void write(std::string_view octets);

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  Fixture& t_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  Stream stream_;
  Recorder arrived_;
};

/// A server of ours and a raw client, or the other way round, before the handshake.
struct RawPair {
  Future<TlsStream> ours;
  std::unique_ptr<RawPeer> raw;
};
RawPair a_raw_client(Fixture& t, const TlsServerContext& server = a_server());
RawPair a_raw_server(Fixture& t, const TlsClientContext& client = a_client());

/// Seals records as a client of TLS 1.2 with AES-128-GCM whose handshake is done, so that it can
/// send what OpenSSL would not.
class SealedRecords {
 public:
  explicit SealedRecords(SSL* client);

  std::string handshake(std::string_view message);

 private:
  unsigned char key_[16];
  unsigned char salt_[4];
  std::uint64_t sent_ = 1;  // the client's Finished
};

/// `body` after its length, which takes so many octets.
std::string sized(std::size_t width, std::string_view body);
/// An extension of a hello.
std::string extension(unsigned type, std::string_view body);
/// The body of server_name with these names.
std::string server_names(std::initializer_list<std::string_view> names);
/// A client's first message, in records, of this version and with these extensions besides those
/// that it needs.
std::string client_hello(std::string_view extensions, unsigned version = 0x0303);
/// A handshake message, in records of at most so many octets.
std::string in_records(std::string_view message, std::size_t at_most);
/// The message in one record.
std::string_view out_of_record(std::string_view record);
/// The alert in the clear that `octets` are; -1 if they are none.
int alert_in(std::string_view octets);

}  // namespace eddy::testing
