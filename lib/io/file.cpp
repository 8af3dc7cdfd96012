// SPDX-License-Identifier: MIT
#include <eddy/io/file.hpp>

#include <fcntl.h>

#include <utility>

#include "io/open_in_thread.hpp"

namespace eddy {

using detail::CountedPtr;
using detail::FileAccess;
using detail::FileState;
using detail::OpenFile;

namespace {

int kernel_advice(FileAdvice advice) noexcept {
  switch (advice) {
    case FileAdvice::normal:
      return POSIX_FADV_NORMAL;
    case FileAdvice::sequential:
      return POSIX_FADV_SEQUENTIAL;
    case FileAdvice::random:
      return POSIX_FADV_RANDOM;
    case FileAdvice::will_need:
      return POSIX_FADV_WILLNEED;
    case FileAdvice::will_not_need:
      return POSIX_FADV_DONTNEED;
  }
  return POSIX_FADV_NORMAL;
}

Result<void> advise_kernel(const OpenFile& file,
                           FileAdvice advice,
                           std::uint64_t offset,
                           std::uint64_t count) {
  const int failed = ::posix_fadvise(file.descriptor(),
                                     static_cast<off_t>(offset),
                                     static_cast<off_t>(count),
                                     kernel_advice(advice));
  if (failed != 0) return file.error(failed, "advise on");
  return {};
}

Result<void> allocate_room(const OpenFile& file, std::uint64_t offset, std::uint64_t count) {
  const int result = detail::retried(detail::file_calls->fallocate,
                                     file.descriptor(),
                                     0,
                                     static_cast<off_t>(offset),
                                     static_cast<off_t>(count));
  if (result < 0) return file.error_at(-result, "preallocate", offset);
  return {};
}

}  // namespace

File& File::operator=(File&& other) noexcept {
  const File old(std::move(*this));
  state_ = std::exchange(other.state_, nullptr);
  return *this;
}

File::~File() {
  if (state_ == nullptr) return;
  const CountedPtr<FileState> last = FileState::take(*this);
  last->let_go();
}

FileState& File::checked() const noexcept {
  EDDY_ASSERT(state_ != nullptr, "this File is empty");
  return *state_;
}

File File::adopt(Loop& loop, int descriptor, std::string name) {
  return FileState::handle_of(loop, std::make_shared<OpenFile>(descriptor, std::move(name)));
}

Future<std::string> File::read_at(std::uint64_t offset, std::size_t count, Site site) {
  return checked().run<std::string>(
      FileAccess::shared,
      [offset, count](const OpenFile& file) { return file.read(count, offset); },
      site);
}

Future<void> File::write_at(std::uint64_t offset, std::string bytes, Site site) {
  return checked().run<void>(
      FileAccess::alone,
      [offset, bytes = std::move(bytes)](const OpenFile& file) {
        return file.write(bytes, offset);
      },
      site);
}

Future<FileStatus> File::status(Site site) {
  return checked().run<FileStatus>(
      FileAccess::shared, [](const OpenFile& file) { return file.status(); }, site);
}

Future<std::uint64_t> File::size(Site site) {
  return status(site).then([](const FileStatus& found) { return found.size; }, site);
}

Future<void> File::truncate(std::uint64_t size, Site site) {
  return checked().run<void>(
      FileAccess::alone, [size](const OpenFile& file) { return file.truncate(size); }, site);
}

Future<void> File::preallocate(std::uint64_t offset, std::uint64_t count, Site site) {
  return checked().run<void>(
      FileAccess::alone,
      [offset, count](const OpenFile& file) { return allocate_room(file, offset, count); },
      site);
}

Future<void> File::advise(FileAdvice advice, std::uint64_t offset, std::uint64_t count, Site site) {
  return checked().run<void>(
      FileAccess::shared,
      [advice, offset, count](const OpenFile& file) {
        return advise_kernel(file, advice, offset, count);
      },
      site);
}

Future<void> File::sync(Site site) {
  return checked().run<void>(
      FileAccess::shared, [](const OpenFile& file) { return file.sync(); }, site);
}

Future<void> File::datasync(Site site) {
  return checked().run<void>(
      FileAccess::shared, [](const OpenFile& file) { return file.datasync(); }, site);
}

Future<void> File::close(Site site) {
  return checked().close(site);
}

bool File::open() const noexcept {
  return state_ != nullptr && state_->open();
}

const std::string& File::path() const noexcept {
  return checked().path();
}

int File::native_handle() const noexcept {
  return state_ == nullptr ? -1 : state_->descriptor();
}

Future<File> open_file(Loop& loop, std::string path, OpenOptions options, Site site) {
  if (Result<void> valid = options.validate(); !valid) {
    return failed_future<File>(std::move(valid).error().with("open " + path), site);
  }
  return detail::open_file_in_thread(
      loop, [path = std::move(path), options] { return detail::open_path(path, options); }, site);
}

}  // namespace eddy
