// SPDX-License-Identifier: MIT
#include <eddy/io/file_writer.hpp>

#include <utility>

#include "io/file_writer_state.hpp"

namespace eddy {

using detail::FileWriterState;

FileWriter::FileWriter() noexcept = default;

FileWriter::FileWriter(File file, const FileWriterOptions& options)
    : state_(new FileWriterState(std::move(file), options)) {}

FileWriter::FileWriter(FileWriter&& other) noexcept = default;

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  const FileWriter old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}

FileWriter::~FileWriter() {
  if (state_) state_->abandon();
}

FileWriterState& FileWriter::checked() const noexcept {
  EDDY_ASSERT(state_, "this FileWriter is empty");
  return *state_;
}

Future<void> FileWriter::write(ByteView bytes, Site site) {
  return checked().write(bytes, site);
}

Future<void> FileWriter::flush(Site site) {
  return checked().flush(site);
}

Future<void> FileWriter::sync(Site site) {
  return checked().sync(site);
}

void FileWriter::seek(std::uint64_t offset) {
  checked().seek(offset);
}

std::uint64_t FileWriter::tell() const noexcept {
  return checked().tell();
}

std::size_t FileWriter::unwritten() const noexcept {
  return checked().unwritten();
}

Future<void> FileWriter::close(Site site) {
  return checked().close(site);
}

bool FileWriter::open() const noexcept {
  return state_ && state_->open();
}

}  // namespace eddy
