// SPDX-License-Identifier: MIT
#include "peer.hpp"

#include <chrono>
#include <utility>
#include <variant>

using eddy::ByteView;
using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Next;
using eddy::Result;

namespace rpc {

namespace {

/// For the clean-up of methods whose caller has gone.
constexpr eddy::Duration patience = std::chrono::seconds(5);

}  // namespace

Peer::Peer(eddy::Stream& stream, const PeerLimits& limits)
    : stream_(stream),
      limits_(limits),
      frames_(limits.frame),
      calls_(stream.loop(), limits.calls),
      handlers_(stream.loop()) {}

Future<void> Peer::run(Methods methods) {
  methods_ = std::move(methods);
  return eddy::repeat(stream_.loop(),
                      [this] {
                        return stream_.read().then(
                            [this](const std::string& octets) { return take(octets); });
                      })
      .or_else([this](const Error& error) { return ended(error); })
      .finally([this] {
        calls_.close(Error(Errc::closed, "rpc connection"));
        return handlers_.stop(patience);
      });
}

Result<void> Peer::ended(const Error& error) {
  const bool cut = error == Errc::end_of_stream && frames_.unfinished();
  const Error why = (cut ? Error(Errc::truncated) : error).with("rpc connection");
  calls_.close(why);
  return error == Errc::end_of_stream && !cut ? Result<void>() : why;
}

Result<Next> Peer::take(ByteView octets) {
  frames_.append(octets);
  while (true) {
    const Result<std::optional<ByteView>> frame = frames_.next();
    if (!frame) return frame.error();
    if (!*frame) return Next::again;
    Result<Message> message = decode(**frame, limits_.message);
    if (!message) return message.error();
    std::visit([this](auto& each) { handle(std::move(each)); }, *message);
  }
}

void Peer::handle(Request request) {
  ++statistic_.requests;
  if (handlers_.size() >= limits_.handlers) {
    ++statistic_.refused;
    return reply({request.id, {}, Failure("Overloaded")});
  }
  std::string task = "rpc request " + std::to_string(request.id);
  handlers_.spawn(std::move(task),
                  methods_.answer(std::move(request)).then([this](const Response& response) {
                    reply(response);
                  }));
}

void Peer::handle(Response response) {
  ++statistic_.responses;
  if (!calls_.settle(std::move(response))) ++statistic_.unknown_responses;
}

Future<Json> Peer::call(std::string method, Json params) {
  Result<Calls::Call> call = calls_.begin();
  if (!call) return eddy::failed_future<Json>(std::move(call).error());
  if (!stream_.open()) return eddy::failed_future<Json>(Error(Errc::closed, "rpc connection"));
  const std::string message = encode(Request{call->id, std::move(method), std::move(params)});
  if (message.size() > limits_.frame) {
    return eddy::failed_future<Json>(Error(Errc::too_large, "rpc request"));
  }
  if (stream_.queued() + message.size() > limits_.unsent) {
    return eddy::failed_future<Json>(Error(Errc::overloaded, "rpc connection"));
  }
  send(message);
  return std::move(call->answer);
}

/// A stream that is told to send more than its hard limit is reset: nobody is waited for.
void Peer::reply(const Response& response) {
  const std::string message = encode(response);
  if (message.size() > limits_.frame) return send(encode({response.id, {}, Failure("TooLarge")}));
  send(message);
}

void Peer::send(ByteView message) {
  stream_.write(frame_header(message.size()));
  stream_.write(message);
}

}  // namespace rpc
