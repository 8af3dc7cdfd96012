// SPDX-License-Identifier: MIT
#include "udp_server.hpp"

#include <utility>
#include <variant>

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Result;

namespace rpc {

Future<void> UdpServer::start() {
  methods_ = methods();
  return eddy::UdpServer::start();
}

Future<void> UdpServer::on_datagram(eddy::Datagram datagram) {
  Result<Message> message = decode(datagram.bytes, limits_);
  if (!message) return eddy::failed_future<void>(std::move(message).error());
  auto* const request = std::get_if<Request>(&*message);
  if (request == nullptr) {
    return eddy::failed_future<void>(Error(Errc::protocol, "a response to a server"));
  }
  datagram.bytes = {};  // only its sender is needed from here on
  return methods_.answer(std::move(*request))
      .then([this, datagram = std::move(datagram)](const Response& response) {
        return reply_to(datagram, response);
      });
}

Result<void> UdpServer::reply_to(const eddy::Datagram& question, const Response& response) {
  Result<void> sent = reply(question, encode(response));
  if (sent || !(sent.error() == std::errc::message_size)) return sent;
  return reply(question, encode({response.id, {}, Failure("TooLarge")}));
}

}  // namespace rpc
