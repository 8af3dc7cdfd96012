// SPDX-License-Identifier: MIT
#include <eddy/services/respawning_process.hpp>

#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>

#include <algorithm>
#include <csignal>
#include <random>
#include <tuple>
#include <utility>

#include "line_log.hpp"
#include "respawn_plan.hpp"

namespace eddy {
namespace {

std::string how_it_ended(const Result<ExitStatus>& how) {
  return how ? how->to_string() : how.error().message();
}

/// From 0 to 1, without 1.
double fraction_of(Random& random) noexcept {
  constexpr double steps = 9007199254740992.0;  // 2^53: what a double tells apart
  return static_cast<double>(random.next() >> 11) / steps;
}

void check_policy(const RespawnPolicy& policy, std::vector<std::string>& complaints) {
  if (policy.first_delay <= Duration::zero()) {
    complaints.emplace_back("respawn.first_delay must be more than zero");
  }
  if (policy.max_delay < policy.first_delay) {
    complaints.emplace_back("respawn.max_delay must not be less than respawn.first_delay");
  }
  if (!(policy.jitter >= 0 && policy.jitter <= 1)) {  // nor what is no number
    complaints.emplace_back("respawn.jitter must be from 0 to 1");
  }
}

}  // namespace

/// The program that runs, and its output until that has ended too.
class RespawningProcess::Child {
 public:
  Child(RespawningProcess& owner, Process process)
      : owner_(owner),
        process_(std::move(process)),
        began_(owner.loop().now()),
        pid_(process_.pid()),
        output_(owner.loop(),
                std::move(process_.output()),
                owner.config_.log,
                {owner.name(), pid_, "output"},
                owner.statistic_,
                callbacks()),
        errors_(owner.loop(),
                std::move(process_.errors()),
                owner.config_.log,
                {owner.name(), pid_, "errors"},
                owner.statistic_,
                callbacks()) {
    check_output();
    life_ = process_.wait()
                .then([this](ExitStatus status) { how_ = status; })
                .or_else([this](Error&& error) { how_ = std::move(error); })
                .then([this] { return output_to_end(); })
                .complete([this](Result<void>&&) { owner_.on_exit(how_, lived_); });
  }

  int pid() const noexcept { return process_.pid(); }
  int number() const noexcept { return pid_; }
  /// Its end comes to on_exit() of the owner.
  void terminate(Duration grace, int signal) { std::ignore = process_.terminate(grace, signal); }

 private:
  detail::LineLog::Callbacks callbacks() {
    return {[this](std::string_view line) { owner_.heard(line); },
            [this] { owner_.alive(); },
            [this] {
              check_output();
            }};
  }
  void check_output() noexcept {
    if (output_.ended() && errors_.ended()) output_ended_.set();
  }
  /// Not for ever: somebody else may hold the pipe.
  Future<void> output_to_end() {
    lived_ = owner_.loop().now() - began_;
    return output_ended_.wait()
        .timeout(owner_.config_.log.grace)
        .or_else(Errc::timed_out, [this](const Error&) {
          output_.cut();
          errors_.cut();
        });
  }

  RespawningProcess& owner_;
  Process process_;
  const TimePoint began_;
  const int pid_;
  Duration lived_{};
  Result<ExitStatus> how_ = ExitStatus();
  Event output_ended_;
  detail::LineLog output_;
  detail::LineLog errors_;
  Future<void> life_;
};

std::vector<std::string> RespawningProcess::Config::validate() const {
  std::vector<std::string> complaints;
  if (const Result<void> fine = command->validate(); !fine) {
    complaints.push_back("command: " + fine.error().message());
  }
  check_policy(respawn, complaints);
  if (!ready_line.empty() && !log.enabled) {
    complaints.emplace_back("ready_line needs log.enabled, for somebody has to read it");
  }
  if (silence_limit > Duration::zero() && !log.enabled) {
    complaints.emplace_back("silence_limit needs log.enabled, for somebody has to listen");
  }
  if (log.max_line == 0) {
    complaints.emplace_back("log.max_line must be more than zero");
  } else if (ready_line.size() > log.max_line) {
    complaints.emplace_back("ready_line is longer than log.max_line, where lines are cut");
  }
  if (stop_signal < 1 || stop_signal >= NSIG) {
    complaints.emplace_back("stop_signal is no signal: " + std::to_string(stop_signal));
  }
  return complaints;
}

RespawningProcess::RespawningProcess(Env& env, Config config)
    : Service(env),
      config_(std::move(config)),
      command_(*config_.command),
      random_(std::random_device()()),
      plan_(std::make_unique<detail::RespawnPlan>(config_.respawn)),
      next_(env.loop(), [this] { respawn(); }),
      silence_(env.loop(), [this] { on_silence(); }) {
  command_.end_group = true;
  if (!config_.log.enabled) return;
  for (ChildStdio* each : {&command_.output, &command_.errors}) {
    if (each->kind() == ChildStdio::Kind::inherit) *each = ChildStdio::stream();
  }
}

RespawningProcess::~RespawningProcess() = default;

Future<void> RespawningProcess::start() {
  if (Result<void> made = spawn(); !made) return failed_future<void>(std::move(made).error());
  if (config_.statistics != nullptr) {
    registration_ = config_.statistics->add(std::string(name()), statistic_);
  }
  if (config_.ready_line.empty()) return ready_future();
  return ready_.emplace(loop()).future().finally([this] {
    return ready_ ? end_child() : ready_future();  // broken off, or it is settled
  });
}

Future<void> RespawningProcess::stop(StopReason why) {
  return end_child().then(
      [this, why = std::move(why)]() mutable { return Service::stop(std::move(why)); });
}

/// For good. Resolves when no program runs.
Future<void> RespawningProcess::end_child() {
  stopping_ = true;
  next_.stop();
  silence_.stop();
  if (child_ == nullptr) {
    state_ = RespawnState::ended;
    return ready_future();
  }
  child_->terminate(std::min(config_.stop_grace, env().stop_grace() / 10 * 9), config_.stop_signal);
  return gone_.wait();
}

int RespawningProcess::pid() const noexcept {
  return child_ == nullptr ? 0 : child_->pid();
}

Result<void> RespawningProcess::spawn() {
  Result<Process> process = Process::spawn(loop(), command_);
  if (!process) {
    ++statistic_.start_failed;
    return std::move(process).error();
  }
  ++statistic_.started;
  statistic_.running.set(1);
  state_ = RespawnState::running;
  gone_.clear();
  log::info("child started",
            {{"service", name()}, {"program", command_.argv.front()}, {"pid", process->pid()}});
  child_ = std::make_unique<Child>(*this, *std::move(process));
  alive();
  return {};
}

void RespawningProcess::respawn() {
  const Result<void> made = spawn();
  if (made) return;
  log::error("a child cannot be started", {{"service", name()}, {"error", made.error()}});
  plan_next(made.error(), Duration::zero());
}

void RespawningProcess::alive() {
  if (config_.silence_limit > Duration::zero() && !stopping_) {
    silence_.start(config_.silence_limit);
  }
}

void RespawningProcess::heard(std::string_view line) {
  if (ready_ && line == config_.ready_line)
    std::move(*std::exchange(ready_, std::nullopt)).set_value();
}

void RespawningProcess::on_silence() {
  if (pid() == 0) return;  // it has ended; what it wrote is still being read
  ++statistic_.silent;
  log::warning("a child was silent for too long, and is stopped",
               {{"service", name()}, {"pid", pid()}, {"limit", config_.silence_limit}});
  child_->terminate(config_.stop_grace, config_.stop_signal);
}

void RespawningProcess::on_exit(Result<ExitStatus> how, Duration lived) {
  const int pid = child_->number();
  child_.reset();
  silence_.stop();
  statistic_.running.set(0);
  ++statistic_.ended;
  const bool failed = !how || !how->success();
  if (failed) ++statistic_.failed;
  last_exit_ = how ? std::optional(*how) : std::nullopt;
  const std::string text = how_it_ended(how);
  log::write(failed && !stopping_ ? log::Level::warning : log::Level::info,
             "child ended",
             {{"service", name()},
              {"program", command_.argv.front()},
              {"pid", pid},
              {"how", text},
              {"lived", lived}});
  gone_.set();
  if (stopping_) {
    state_ = RespawnState::ended;
  } else {
    after_exit(Error(Errc::closed, command_.argv.front() + " " + text), failed, lived);
  }
}

void RespawningProcess::after_exit(const Error& why, bool failed, Duration lived) {
  const bool again =
      config_.restart == Restart::always || (config_.restart == Restart::on_failure && failed);
  if (again && !ready_) return plan_next(why, lived);
  state_ = RespawnState::ended;
  if (ready_) {
    std::move(*std::exchange(ready_, std::nullopt)).set_error(why.with("before it was ready"));
  } else if (failed) {
    fail(why);
  } else {
    finish();
  }
}

void RespawningProcess::plan_next(const Error& why, Duration lived) {
  const std::optional<Duration> delay = plan_->next(loop().now(), lived, fraction_of(random_));
  if (delay) {
    state_ = RespawnState::waiting;
    return next_.start(*delay);
  }
  state_ = RespawnState::crash_loop;
  log::error("a child ends again and again, and is not started any more",
             {{"service", name()},
              {"program", command_.argv.front()},
              {"ends", config_.respawn.max_exits + 1},
              {"window", config_.respawn.window}});
  fail(why.with("crash loop"));
}

}  // namespace eddy
