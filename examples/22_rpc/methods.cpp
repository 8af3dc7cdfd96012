// SPDX-License-Identifier: MIT
#include "methods.hpp"

using eddy::Error;
using eddy::Future;

namespace rpc {

Future<Response> Methods::answer(Request request) {
  const std::uint64_t id = request.id;
  const auto found = table_.find(request.method);
  if (found == table_.end()) {
    return eddy::ready_future(
        Response{id, {}, Failure("UnknownMethod", Json::array({std::move(request.method)}))});
  }
  return found->second(std::move(request.params))
      .then([id](Json result) {
        return Response{id, std::move(result)};
      })
      .or_else([id](const Error& error) {
        return Response{id, {}, Failure::of(error)};
      });
}

}  // namespace rpc
