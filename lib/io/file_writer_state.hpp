// SPDX-License-Identifier: MIT
//
// What stands behind a FileWriter: the octets that it collects, and those on their way.
//
// Private to io. Whatever is on its way belongs to the file's line and keeps this object: it is
// written though the FileWriter is gone.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/waiter.hpp>
#include <eddy/io/file_writer.hpp>

#include <memory>
#include <optional>
#include <string>

#include "io/file_encoder.hpp"
#include "io/file_state.hpp"

namespace eddy::detail {

/// Thread: loop.
class FileWriterState final : public Counted {
  using Line = Waiters<void, FileWriterState>;

 public:
  static constexpr const char* waited_for = "octets to be written to a file";

  FileWriterState(File file, const FileWriterOptions& options);

  Future<void> write(ByteView bytes, Site site);
  Future<void> flush(Site site);
  Future<void> sync(Site site);
  void seek(std::uint64_t offset);
  std::uint64_t tell() const noexcept { return offset_ + collected_.size(); }
  std::size_t unwritten() const noexcept { return taken_ - written_; }
  Future<void> close(Site site);
  /// The FileWriter is gone.
  void abandon() noexcept;
  bool open() const noexcept { return file_.open(); }

  void left() noexcept {}

 private:
  /// Touched by the jobs alone, and changed by those that run one after the other.
  struct Output {
    bool broken = false;
    std::optional<FileEncoder> encoder = {};

    Result<std::string> write(const OpenFile& file,
                              std::string&& bytes,
                              std::uint64_t offset,
                              CodecFlush flush);
    Result<void> sync(const OpenFile& file);
  };

  Future<void> failed(Error why, Site site) const;
  Future<void> done(Site site) const;
  Error why_not();
  Future<void> flush_by(CodecFlush flush, Site site);
  bool worth_sending(CodecFlush flush) const noexcept;
  void send_collected(CodecFlush flush = CodecFlush::none);
  void on_written(Result<std::string>&& result, std::size_t count, Site site) noexcept;
  void on_synced(Result<void>&& result, Site site) noexcept;
  void on_failed(Error error) noexcept;
  void on_job_done(Site site) noexcept;
  void keep(std::string&& memory) noexcept;
  void wake(Line& line, std::size_t reached) noexcept;

  LoopCore& core_;
  const CoreHold core_hold_;
  File file_;
  const FileWriterOptions options_;
  const std::size_t room_;  // so much may be unwritten before write() waits
  std::uint64_t offset_;    // of what is collected
  std::string collected_;   // taken, and not yet given to a thread
  std::string spare_;       // memory to collect in next
  std::size_t taken_ = 0;
  std::size_t written_ = 0;  // of what was taken, also what was given up after an error
  std::size_t sent_ = 0;     // jobs
  std::size_t done_ = 0;     // of these
  bool inside_ = false;      // the compressor may hold octets back, with all jobs done
  std::shared_ptr<Output> output_;
  std::optional<Error> error_;
  bool told_ = false;  // somebody got the error
  bool abandoned_ = false;
  Line for_room_;   // each waits until so much is written: the key
  Line for_flush_;  // and these until so many jobs are done
};

}  // namespace eddy::detail
