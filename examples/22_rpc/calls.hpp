// SPDX-License-Identifier: MIT
//
// Calls that wait for their answers.
#pragma once

#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "message.hpp"

namespace rpc {

/// Brings answers to their calls, in whatever order they come.
///
/// Thread: loop. Lifetime: when it dies, calls that wait fail with Errc::closed.
class Calls {
 public:
  /// A call that was given a number.
  struct Call {
    std::uint64_t id;
    eddy::Future<Json> answer;  ///< when it is cancelled or dropped, the number is forgotten
  };

  /// @param limit  so many may wait.
  Calls(eddy::Loop& loop, std::size_t limit, std::uint64_t first_id = 1)
      : loop_(loop), limit_(limit), next_id_(first_id) {}
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls();

  /// Errors: Errc::overloaded at the limit; after close() what that was given.
  eddy::Result<Call> begin();
  /// False if nobody waits for such a response: it came twice, too late, or was made up.
  bool settle(Response response);
  /// Fails all calls that wait.
  void fail(const eddy::Error& error);
  /// The same with those that come later; of several errors the first one stays.
  void close(eddy::Error error);

  std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  eddy::Loop& loop_;
  const std::size_t limit_;
  std::uint64_t next_id_;
  std::unordered_map<std::uint64_t, eddy::Promise<Json>> waiting_;
  std::optional<eddy::Error> closed_;
};

}  // namespace rpc
