// SPDX-License-Identifier: MIT
#include <eddy/io/file_reader.hpp>

#include <utility>

#include "io/file_reader_state.hpp"

namespace eddy {

using detail::CountedPtr;
using detail::FileReaderState;
using Kind = detail::FileReadGoal::Kind;

FileReader::FileReader() noexcept = default;

FileReader::FileReader(File file, const FileReaderOptions& options)
    : state_(new FileReaderState(std::move(file), options)) {}

FileReader::FileReader(FileReader&& other) noexcept = default;

FileReader& FileReader::operator=(FileReader&& other) noexcept {
  const FileReader old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}

FileReader::~FileReader() {
  if (state_) state_->abandon();
}

FileReaderState& FileReader::checked() const noexcept {
  EDDY_ASSERT(state_, "this FileReader is empty");
  return *state_;
}

Future<std::string> FileReader::read(std::size_t max, Site site) {
  return checked().read<std::string>({Kind::some, max}, site);
}

Future<std::string> FileReader::read_exactly(std::size_t count, Site site) {
  return checked().read<std::string>({Kind::exactly, count}, site);
}

Future<std::string> FileReader::read_line(std::size_t limit, Site site) {
  return checked().read<std::string>({Kind::line, limit}, site);
}

Future<std::string> FileReader::read_all(std::size_t limit, Site site) {
  return checked().read<std::string>({Kind::all, limit}, site);
}

Future<ByteView> FileReader::peek(Site site) {
  return checked().read<ByteView>({Kind::peek, 0}, site);
}

void FileReader::consume(std::size_t count) noexcept {
  checked().consume(count);
}

AsyncIterator<std::string> FileReader::lines(std::size_t limit) {
  return make_iterator<detail::LineSource>(CountedPtr<FileReaderState>(&checked()), limit);
}

Result<void> FileReader::seek(std::uint64_t offset) {
  return checked().seek(offset);
}

std::uint64_t FileReader::tell() const noexcept {
  return checked().tell();
}

Future<void> FileReader::close(Site site) {
  return checked().close(site);
}

bool FileReader::open() const noexcept {
  return state_ && state_->open();
}

}  // namespace eddy
