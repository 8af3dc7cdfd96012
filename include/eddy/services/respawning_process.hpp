// SPDX-License-Identifier: MIT
//
// A service that keeps a program running, and brings its output to the log.
//
//     supervisor.add<RespawningProcess>({.command = Command{.argv = {"redis-server", "-"}}});
//
// For a program that runs once see io/process.hpp.
#pragma once

#include <eddy/base/random.hpp>
#include <eddy/base/required.hpp>
#include <eddy/base/statistics.hpp>
#include <eddy/core/event.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/io/process.hpp>
#include <eddy/kit/restart.hpp>
#include <eddy/kit/service.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

namespace detail {
class RespawnPlan;
}

/// How soon and how often a program is started again.
///
/// The delay doubles with each start; a program that ran for `healthy_after` starts over.
struct RespawnPolicy {
  Duration first_delay = std::chrono::seconds(1);
  Duration max_delay = std::chrono::seconds(60);
  Duration healthy_after = std::chrono::seconds(60);
  /// So large a share of a delay is drawn at random: with 1 it is anything from nothing to the
  /// whole, which keeps many that end together apart as far as can be.
  double jitter = 1;
  /// More ends than this within the window are a crash loop, and a failure of the service.
  unsigned max_exits = 5;
  Duration window = std::chrono::seconds(10);
};

/// How a program's output comes to the log.
struct ChildLog {
  enum class Excess {
    drop,  ///< lines above the rate are left out and counted; the program never waits for the log
    wait,  ///< they are not read until their time has come; the program waits when the pipe is full
  };

  bool enabled = true;               ///< false: output and errors go where the command says
  std::size_t max_line = 8 * 1024;   ///< octets; what is more of a line is cut off
  unsigned lines_per_second = 1000;  ///< of output and of errors; 0: any number
  Excess excess = Excess::drop;
  /// When the program has ended, others that hold its output may still write for so long.
  Duration grace = std::chrono::seconds(1);
};

/// What a RespawningProcess has counted.
struct RespawningProcessStatistic {
  Counter started;
  Counter start_failed;
  Counter ended;
  Counter failed;  ///< of those that ended: with another code than 0, or by a signal
  Counter silent;  ///< stopped because they wrote nothing for too long
  Counter lines;   ///< logged
  Counter lines_cut;
  Counter lines_dropped;
  Gauge running;  ///< 0 or 1

  void visit(auto&& field) const {
    field("started", started), field("start_failed", start_failed), field("ended", ended);
    field("failed", failed), field("silent", silent), field("lines", lines);
    field("lines_cut", lines_cut), field("lines_dropped", lines_dropped);
    field("running", running);
  }
};

/// What a RespawningProcess is doing.
enum class RespawnState : std::uint8_t {
  idle,        ///< not started
  running,     ///< the program runs
  waiting,     ///< for the next start
  crash_loop,  ///< it ended too often, and is not started any more
  ended,       ///< it ended and was not to be started again, or the service was stopped
};

/// Starts a program, and starts it again when it ends.
///
/// The service is up when the program has been started, or has written its ready line; that it
/// cannot be started the first time is a failed start. A program that is not ready when the start
/// is broken off or takes too long is stopped like one that is. Whatever the program leaves of its
/// group is killed when it ends. Thread: loop.
class EDDY_EXPORT RespawningProcess final : public Service {
 public:
  struct Config {
    Required<Command> command;
    /// After which ends the program is started again; others are the end of the service.
    Restart restart = Restart::always;
    RespawnPolicy respawn = {};
    /// The service is up when the program writes this line; empty: when it has been started.
    std::string ready_line = {};
    /// A program that writes nothing for so long hangs, and is stopped; zero: it may be silent.
    Duration silence_limit = Duration::zero();
    int stop_signal = 15;  ///< SIGTERM
    /// Between that signal and SIGKILL; at a stop of the service no more than its stop grace.
    Duration stop_grace = std::chrono::seconds(10);
    ChildLog log = {};
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    std::vector<std::string> validate() const;
  };

  RespawningProcess(Env& env, Config config);
  ~RespawningProcess() override;

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  RespawnState state() const noexcept { return state_; }
  /// The number of the program that runs, else 0.
  int pid() const noexcept;
  /// How the last one ended; nothing if none did, or its status was lost.
  std::optional<ExitStatus> last_exit() const noexcept { return last_exit_; }
  const RespawningProcessStatistic& statistic() const noexcept { return statistic_; }

 private:
  class Child;

  Result<void> spawn();
  void respawn();
  Future<void> end_child();
  void alive();
  void heard(std::string_view line);
  void on_silence();
  void on_exit(Result<ExitStatus> how, Duration lived);
  void after_exit(const Error& why, bool failed, Duration lived);
  void plan_next(const Error& why, Duration lived);

  const Config config_;
  Command command_;
  RespawningProcessStatistic statistic_;
  Statistics::Registration registration_;
  RespawnState state_ = RespawnState::idle;
  std::optional<ExitStatus> last_exit_;
  Random random_;
  std::unique_ptr<detail::RespawnPlan> plan_;
  std::optional<Promise<void>> ready_;
  bool stopping_ = false;
  Event gone_;  // no program runs
  Timer next_;
  Timer silence_;
  std::unique_ptr<Child> child_;
};

}  // namespace eddy
