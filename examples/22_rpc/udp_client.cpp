// SPDX-License-Identifier: MIT
#include "udp_client.hpp"

#include <random>
#include <system_error>
#include <utility>
#include <variant>

using eddy::Error;
using eddy::Future;
using eddy::Result;

namespace rpc {

namespace {

/// Who cannot see the questions cannot guess their numbers, and so makes up no answers.
std::uint64_t some_id() {
  std::random_device chance;
  return std::uint64_t{chance()} << 32 | chance();
}

}  // namespace

UdpClient::UdpClient(eddy::Loop& loop, eddy::UdpSocket socket)
    : UdpClient(loop, std::move(socket), Options()) {}

UdpClient::UdpClient(eddy::Loop& loop, eddy::UdpSocket socket, const Options& options)
    : options_(options), calls_(loop, options.calls, some_id()), socket_(std::move(socket)) {
  socket_.start(*this);
}

Future<Json> UdpClient::call(std::string method, Json params) {
  Result<Calls::Call> call = calls_.begin();
  if (!call) return eddy::failed_future<Json>(std::move(call).error());
  const Request request{call->id, std::move(method), std::move(params)};
  if (Result<void> sent = socket_.send(encode(request)); !sent) {
    call->answer = {};       // nobody waits for it
    on_error(sent.error());  // it may be owed to a question before this one
    return eddy::failed_future<Json>(std::move(sent).error());
  }
  return std::move(call->answer).timeout(options_.limit);
}

void UdpClient::on_datagram(const eddy::DatagramView& datagram) noexcept {
  Result<Message> message = decode(datagram.bytes, options_.message);
  auto* const response = message ? std::get_if<Response>(&*message) : nullptr;
  if (response == nullptr) {
    ++statistic_.malformed;
  } else if (!calls_.settle(std::move(*response))) {
    ++statistic_.unknown_responses;
  }
}

/// Whom the host of the server has refused is not told, so all calls that wait fail at once instead
/// of after their limit.
void UdpClient::on_error(const Error& error) noexcept {
  if (error == std::errc::connection_refused) calls_.fail(error);
}

}  // namespace rpc
