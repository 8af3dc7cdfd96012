// SPDX-License-Identifier: MIT
#include "io/read_node.hpp"

#include <algorithm>

#include "io/stream_base.hpp"

namespace eddy::detail {

ReadGoal::Match ReadGoal::match(ByteView buffered) noexcept {
  switch (kind_) {
    case Kind::some:
      return {!buffered.empty(), false, std::min(buffered.size(), amount_)};
    case Kind::exactly:
      return {buffered.size() >= amount_, false, amount_};
    case Kind::until:
    case Kind::line:
      return match_delimiter(buffered);
  }
  return {};
}

ReadGoal::Match ReadGoal::match_delimiter(ByteView buffered) noexcept {
  const std::size_t at = buffered.find(delimiter_, searched_);
  if (at == ByteView::npos) {
    // The delimiter may have begun in the last octets, and so may a "\r\n" beyond the limit.
    const std::size_t begun = delimiter_.size() - 1;
    searched_ = buffered.size() > begun ? buffered.size() - begun : 0;
    const std::size_t allowed =
        kind_ == Kind::line ? std::max(amount_, amount_ + 1) : amount_ - std::min(amount_, 1UL);
    return {false, buffered.size() > allowed};
  }
  const std::size_t end = at + delimiter_.size();
  if (kind_ == Kind::until) return {end <= amount_, end > amount_, end};
  const std::size_t ending = at > 0 && buffered[at - 1] == '\r' ? 2 : 1;
  const bool fits = end - ending <= amount_;
  return {fits, !fits, end, ending};
}

ReadGoal::Match ReadGoal::match_at_end(ByteView buffered) noexcept {
  const Match found = match(buffered);
  if (found.done || found.too_large || kind_ != Kind::line || buffered.empty()) return found;
  if (buffered.size() > amount_) return {false, true};
  return {true, false, buffered.size()};
}

void ReadNode::stop() noexcept {
  if (stream_ == nullptr) return;
  stream_->forget_reader();
  stream_ = nullptr;
}

}  // namespace eddy::detail
