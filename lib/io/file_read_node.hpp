// SPDX-License-Identifier: MIT
//
// A read of a FileReader that waits for its turn: what it wants, what it has, and the leaf of its
// future.
//
// Private to io.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/detail/value_node.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace eddy::detail {

class FileReaderState;

/// What a read asks for, fed with what comes.
struct FileReadGoal {
  enum class Kind : std::uint8_t { some, exactly, line, all, peek };
  enum class Answer : std::uint8_t { more, done, too_large };

  /// Moves from the start of `bytes` to `gathered` what belongs to it; says how many octets in
  /// `taken`.
  Answer feed(ByteView bytes, std::size_t& taken);
  /// No more will come: whether what was gathered will do.
  Answer feed_end() const;

  Kind kind;
  std::size_t amount;            // wanted, or the limit
  std::string gathered = {};     // taken so far; goes back if the read does not succeed
  std::string_view ending = {};  // of the line, which the reader does not get
  std::uint64_t at = 0;          // where in the file it begins

 private:
  Answer strip_line();
};

/// The part of a read that the reader knows.
class FileRead : public ListLink<FileRead> {
 public:
  FileRead(CountedPtr<FileReaderState> reader, FileReadGoal&& wanted) noexcept;
  virtual ~FileRead() = default;

  /// Settles with what was gathered, or, for peek, with `view`.
  virtual void succeed(ByteView view) noexcept = 0;
  virtual void fail(Error error) noexcept = 0;
  /// There is nothing left to read.
  virtual void end() noexcept = 0;

  FileReadGoal goal;

 protected:
  /// Leaves the line, and gives back what was gathered.
  void leave() noexcept;
  /// Gives back what was taken and never looked at.
  void give_back(ByteView bytes) noexcept;

 private:
  CountedPtr<FileReaderState> reader_;
  const std::uint64_t epoch_;  // what is given back after a seek is of no use
};

/// T: std::string, std::optional<std::string> (nothing at the end) or ByteView (peek).
template <class T>
class FileReadNode final : public Pooled<FileReadNode<T>, LeafNode<T>>, public FileRead {
  using Base = Pooled<FileReadNode<T>, LeafNode<T>>;
  static constexpr bool lends = !std::is_same_v<T, ByteView>;
  static constexpr bool may_end = std::is_same_v<T, std::optional<std::string>>;

 public:
  FileReadNode(LoopCore& owner,
               Site where,
               CountedPtr<FileReaderState> reader,
               FileReadGoal&& wanted) noexcept
      : Base(owner, where, lends ? NodeRole::lends : NodeRole::other),
        FileRead(std::move(reader), std::move(wanted)) {}
  ~FileReadNode() override {
    leave();
    if constexpr (lends) {
      if (this->dropped && this->state == NodeState::value) untaken();
    }
  }
  const char* waits_for() const noexcept override { return "octets of a file"; }

  void succeed(ByteView view) noexcept override {
    if constexpr (lends) {
      this->settle_value(std::move(goal.gathered));
    } else {
      this->settle_value(view);
    }
  }
  void fail(Error why) noexcept override { this->settle_error(std::move(why)); }
  void end() noexcept override {
    if constexpr (may_end) {
      this->settle_value();
    } else {
      this->settle_error(Errc::end_of_stream);
    }
  }

 private:
  void stop() noexcept override { leave(); }
  void untaken() noexcept {
    if constexpr (may_end) {
      if (this->value) give_back(*this->value);
    } else if constexpr (lends) {
      give_back(this->value);
    }
  }
};

}  // namespace eddy::detail
