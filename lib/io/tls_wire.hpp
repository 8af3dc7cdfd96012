// SPDX-License-Identifier: MIT
//
// Where OpenSSL takes a peer's octets from and puts its own: straight from what the stream below
// has received into what it is about to send. Private to the TLS part of io.
//
// OpenSSL's own memory BIOs would copy both ways once more.
#pragma once

#include <eddy/base/bytes.hpp>

#include "io/tls_openssl.hpp"

namespace eddy::detail {

/// What the wire of a connection is connected to.
class TlsWire {
 public:
  /// Fills `room` with octets of the peer's; gives how many, 0 if there are none now, less than 0
  /// if there will be none.
  virtual int take(char* room, std::size_t size) noexcept = 0;
  /// Sends all of `bytes`.
  virtual void put(ByteView bytes) noexcept = 0;

 protected:
  TlsWire() = default;
  ~TlsWire() = default;
};

/// What a wire does. Must live as long as its wires.
TlsOwned<BIO_METHOD> make_tls_wire_method() noexcept;
/// Connects `ssl` to `end`, which must live as long. False without memory.
bool set_tls_wire(SSL& ssl, const BIO_METHOD& method, TlsWire& end) noexcept;

}  // namespace eddy::detail
