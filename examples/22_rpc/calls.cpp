// SPDX-License-Identifier: MIT
#include "calls.hpp"

#include <exception>
#include <utility>

using eddy::Errc;
using eddy::Error;
using eddy::Promise;
using eddy::Result;

namespace rpc {

Calls::~Calls() {
  close(Errc::closed);
}

Result<Calls::Call> Calls::begin() {
  if (closed_) return *closed_;
  if (waiting_.size() >= limit_) {
    return Error(Errc::overloaded, std::to_string(limit_) + " rpc calls wait already");
  }
  const std::uint64_t id = next_id_++;
  Promise<Json>& promise = waiting_.emplace(id, Promise<Json>(loop_)).first->second;
  Call call{id, promise.future()};
  promise.on_abandoned([this, id] { waiting_.erase(id); });
  return call;
}

bool Calls::settle(Response response) {
  auto found = waiting_.extract(response.id);
  if (!found) return false;
  if (response.failure) {
    std::move(found.mapped()).set_error(Error(std::make_exception_ptr(*response.failure)));
  } else {
    std::move(found.mapped()).set_value(std::move(response.result));
  }
  return true;
}

void Calls::fail(const Error& error) {
  for (auto& [id, promise] : std::exchange(waiting_, {}))
    std::move(promise).set_error(error);
}

void Calls::close(Error error) {
  if (!closed_) closed_ = std::move(error);
  fail(*closed_);
}

}  // namespace rpc
