// SPDX-License-Identifier: MIT
#include "io/tls_wire.hpp"

namespace eddy::detail {
namespace {

TlsWire& end_of(BIO* wire) noexcept {
  return *static_cast<TlsWire*>(BIO_get_data(wire));
}

int on_read(BIO* wire, char* room, std::size_t size, std::size_t* count) noexcept {
  BIO_clear_retry_flags(wire);
  const int taken = end_of(wire).take(room, size);
  if (taken == 0) BIO_set_retry_read(wire);
  if (taken <= 0) return 0;
  *count = static_cast<std::size_t>(taken);
  return 1;
}

int on_write(BIO* wire, const char* octets, std::size_t size, std::size_t* count) noexcept {
  BIO_clear_retry_flags(wire);
  end_of(wire).put(ByteView(octets, size));
  *count = size;
  return 1;
}

long on_control(BIO* /*wire*/, int command, long /*number*/, void* /*pointer*/) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace

TlsOwned<BIO_METHOD> make_tls_wire_method() noexcept {
  // Nobody looks for a wire by its type, and numbers for types of one's own are few.
  TlsOwned<BIO_METHOD> method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "eddy stream"));
  if (method == nullptr) return nullptr;
  BIO_meth_set_read_ex(method.get(), &on_read);
  BIO_meth_set_write_ex(method.get(), &on_write);
  BIO_meth_set_ctrl(method.get(), &on_control);
  return method;
}

bool set_tls_wire(SSL& ssl, const BIO_METHOD& method, TlsWire& end) noexcept {
  BIO* wire = BIO_new(&method);
  if (wire == nullptr) return false;
  BIO_set_data(wire, &end);
  BIO_set_init(wire, 1);
  SSL_set_bio(&ssl, wire, wire);  // takes the one reference for both ways
  return true;
}

}  // namespace eddy::detail
