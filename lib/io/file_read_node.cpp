// SPDX-License-Identifier: MIT
#include "io/file_read_node.hpp"

#include <algorithm>

#include "io/file_reader_state.hpp"

namespace eddy::detail {

FileReadGoal::Answer FileReadGoal::feed(ByteView bytes, std::size_t& taken) {
  taken = bytes.size();
  switch (kind) {
    case Kind::peek:
      taken = 0;
      return bytes.empty() ? Answer::more : Answer::done;
    case Kind::some:
      taken = std::min(taken, amount);
      gathered.append(bytes.substr(0, taken));
      return gathered.empty() && amount > 0 ? Answer::more : Answer::done;
    case Kind::exactly:
      taken = std::min(taken, amount - gathered.size());
      gathered.append(bytes.substr(0, taken));
      return gathered.size() < amount ? Answer::more : Answer::done;
    case Kind::all:
      gathered.append(bytes);
      return gathered.size() > amount ? Answer::too_large : Answer::more;
    case Kind::line:
      break;
  }
  const std::size_t at = bytes.find('\n');
  taken = at == ByteView::npos ? bytes.size() : at + 1;
  gathered.append(bytes.substr(0, taken));
  if (at != ByteView::npos) return strip_line();
  // The last octet may be the first of a "\r\n" beyond the limit.
  return gathered.size() > std::max(amount, amount + 1) ? Answer::too_large : Answer::more;
}

FileReadGoal::Answer FileReadGoal::strip_line() {
  ending = gathered.ends_with("\r\n") ? "\r\n" : "\n";
  if (gathered.size() - ending.size() > amount) return Answer::too_large;
  gathered.resize(gathered.size() - ending.size());
  return Answer::done;
}

FileReadGoal::Answer FileReadGoal::feed_end() const {
  switch (kind) {
    case Kind::all:
    case Kind::peek:
      return Answer::done;
    case Kind::line:
      if (gathered.size() > amount) return Answer::too_large;
      return gathered.empty() ? Answer::more : Answer::done;
    case Kind::some:
    case Kind::exactly:
      break;
  }
  return Answer::more;
}

FileRead::FileRead(CountedPtr<FileReaderState> reader, FileReadGoal&& wanted) noexcept
    : goal(std::move(wanted)), reader_(std::move(reader)), epoch_(reader_->epoch()) {}

void FileRead::leave() noexcept {
  if (!linked()) return;
  unlink();
  const std::string gathered = std::exchange(goal.gathered, {});
  reader_->left(epoch_ == reader_->epoch() ? gathered : std::string(), goal.at);
}

void FileRead::give_back(ByteView bytes) noexcept {
  if (epoch_ == reader_->epoch()) reader_->untaken(std::string(bytes).append(goal.ending), goal.at);
}

}  // namespace eddy::detail
