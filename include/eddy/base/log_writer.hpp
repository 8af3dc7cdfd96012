// SPDX-License-Identifier: MIT
//
// Brings what base/log.hpp is given to its place, from a thread of its own.
//
// A program makes one early in main() and keeps it to the end; a Supervisor does so for its user.
// Libraries never make one, they only log.
#pragma once

#include <eddy/base/log.hpp>
#include <eddy/base/result.hpp>
#include <eddy/base/statistic.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace eddy::log {

namespace detail {
class Core;
}

/// What a line looks like.
enum class Format {
  stream,  ///< 2026-01-02T03:04:05.678Z INFO message key=value
  color,   ///< the same for people at a terminal
  plain,   ///< message key=value; for journald and others that add the time themselves
  json,    ///< {"timestamp":…,"level":…,"message":…,"fields":{…}}
};

/// Which record is lost when the buffer is full.
enum class Overflow {
  least_important,  ///< the oldest debug record, else the oldest of the lowest level below the
                    ///< newcomer's, else the newcomer
  drop_newest,      ///< the newcomer
  drop_oldest,      ///< the oldest one
};

/// Reads "debug", "info", "warning", "error" or "critical". Errors: Errc::invalid.
[[nodiscard]] EDDY_EXPORT Result<Level> parse_level(std::string_view name);
/// Reads "stream", "color", "plain" or "json". Errors: Errc::invalid.
[[nodiscard]] EDDY_EXPORT Result<Format> parse_format(std::string_view name);
/// The name that parse_level() reads.
EDDY_EXPORT std::string_view to_string(Level level) noexcept;
/// Format::color if `descriptor` is a terminal, else Format::stream.
EDDY_EXPORT Format default_format(int descriptor) noexcept;

/// What a Writer did so far.
struct WriterStatistic {
  Counter written;  ///< lines given to the system
  Counter dropped;  ///< lines lost: buffer full, write failed, or no time left at the end
  Gauge queued;     ///< lines in the buffer

  template <class F>
  void visit(F&& field) const {
    field("written", written);
    field("dropped", dropped);
    field("queued", queued);
  }
};

/// Owns the thread that writes the log; there is at most one in a process.
///
/// Callers format into a bounded buffer, and never wait for the output. When it is full, records
/// are dropped, counted, and the count is logged as soon as there is room. Everything is written at
/// the end: by the destructor, by exit(), and on SIGABRT, SIGSEGV, SIGBUS, SIGFPE and SIGILL, whose
/// former handlers then run. An output that takes nothing is waited for `patience` then, and the
/// number of lost records goes to stderr, if that takes it. Where an output fails (disk full),
/// lines go to stderr while the next are tried again. In a forked child the log is as without a
/// Writer.
/// Thread: log from any; construct and destroy in one.
class EDDY_EXPORT Writer {
 public:
  struct Config {
    Level level = Level::info;
    Format format = Format::stream;
    /// Descriptor to write to; not closed, and must stay open. 2 is stderr.
    int output = 2;
    /// Room in slots of 512 octets; a usual record takes one, the longest seventeen.
    std::size_t buffer_records = 1024;
    Overflow overflow = Overflow::least_important;
    /// How long a blocked output is waited for at exit and in a crash, all waiting together.
    Duration patience = std::chrono::seconds(1);
    /// Gives the time of each record; must outlive the Writer.
    const Clock* clock = &system_clock();
  };

  /// Starts the thread. Where the system refuses one, the log stays as without a Writer and says
  /// so.
  explicit Writer(Config config);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// Waits until all that was logged before is written; false if that takes longer than `limit`.
  bool flush(Duration limit);
  const WriterStatistic& statistic() const noexcept;

 private:
  std::shared_ptr<detail::Core> core_;
};

}  // namespace eddy::log
