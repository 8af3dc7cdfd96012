// SPDX-License-Identifier: MIT
//
// A read that waits: what it wants, and the leaf of its future. Private to io.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/core/detail/value_node.hpp>

#include <cstddef>
#include <string>

namespace eddy::detail {

class StreamBase;

/// What a read asks for.
class ReadGoal {
 public:
  static ReadGoal some(std::size_t max) noexcept { return {Kind::some, max, {}}; }
  static ReadGoal exactly(std::size_t count) noexcept { return {Kind::exactly, count, {}}; }
  static ReadGoal until(std::string_view delimiter, std::size_t limit) {
    return {Kind::until, limit, delimiter};
  }
  static ReadGoal line(std::size_t limit) { return {Kind::line, limit, "\n"}; }

  /// What to do with the octets that are there.
  struct Match {
    bool done = false;       // `take` octets, of which the last `strip` are not wanted
    bool too_large = false;  // there is no end within the limit
    std::size_t take = 0;
    std::size_t strip = 0;
  };
  /// Looks at all that is buffered; remembers how far it has searched.
  Match match(ByteView buffered) noexcept;
  /// The same when no more will come.
  Match match_at_end(ByteView buffered) noexcept;

  /// Whether any octets will do, and how many at most.
  bool takes_any() const noexcept { return kind_ == Kind::some; }
  std::size_t amount() const noexcept { return amount_; }

 private:
  enum class Kind : std::uint8_t { some, exactly, until, line };

  ReadGoal(Kind kind, std::size_t amount, std::string_view delimiter)
      : amount_(amount), delimiter_(delimiter), kind_(kind) {}

  Match match_delimiter(ByteView buffered) noexcept;

  std::size_t amount_;
  std::string delimiter_;
  std::size_t searched_ = 0;
  Kind kind_;
};

/// The leaf of a read; detaches from the stream when it is dropped or cancelled.
class ReadNode final : public Pooled<ReadNode, LeafNode<std::string>> {
 public:
  ReadNode(LoopCore& owner, Site where, StreamBase& stream, ReadGoal&& wanted) noexcept
      : Pooled(owner, where), goal(std::move(wanted)), stream_(&stream) {}
  ~ReadNode() override { stop(); }
  const char* waits_for() const noexcept override { return "octets of a stream"; }

  /// The stream lets go of it, to settle it or to leave it waiting.
  void detach() noexcept { stream_ = nullptr; }

  ReadGoal goal;

 private:
  void stop() noexcept override;

  StreamBase* stream_;
};

}  // namespace eddy::detail
