// SPDX-License-Identifier: MIT
#include "io/process_block.hpp"

#include <eddy/base/log.hpp>

#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "io/process_calls.hpp"
#include "io/socket_stream.hpp"

namespace eddy::detail {
namespace {

/// A child that somebody traces may have ended and not be ours to reap yet: no event tells when.
constexpr Duration recheck_after = std::chrono::milliseconds(10);

constexpr std::array<const char*, 3> stream_names{
    "input of a child", "output of a child", "errors of a child"};

ExitStatus status_of(const siginfo_t& info) noexcept {
  if (info.si_code == CLD_EXITED) return {info.si_status, 0, false};
  return {0, info.si_status, info.si_code == CLD_DUMPED};
}

/// Why the kernel has no status of a child.
const char* who_has_it() noexcept {
  struct sigaction now {};
  const bool known = ::sigaction(SIGCHLD, nullptr, &now) == 0;
  if (known && (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT) != 0))
    return "SIGCHLD is ignored in this process, so that nobody can wait for a child";
  return "somebody else has waited for it";
}

Result<ProcessBlock::Streams> streams_over(LoopImpl& impl,
                                           std::vector<ChildEnds>& ends,
                                           Site site) {
  ProcessBlock::Streams streams;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (ends[i].ours.number() < 0) continue;
    Result<TcpStream> stream = adopt_socket(impl, ends[i].ours.release(), site, stream_names[i]);
    if (!stream) return std::move(stream).error();
    streams[i] = *std::move(stream);
  }
  return streams;
}

Future<ExitStatus> settled(LoopCore& core, Site site, Result<ExitStatus> result) {
  ValueNode<ExitStatus>* node = ReadyNode<ExitStatus>::make(core, site, std::move(result));
  return make_future(node);
}

}  // namespace

Result<Process> ProcessBlock::make(Loop& loop, const Command& command, Permit permit, Site site) {
  core_of(loop).check_thread();
  LoopImpl& impl = LoopImpl::of(loop);
  const std::string what = "start " + (command.argv.empty() ? "a program" : command.argv.front());
  if (Result<void> fine = command.validate(); !fine) return std::move(fine).error().with(what);
  Result<std::vector<ChildEnds>> ends = open_child_descriptors(command);
  if (!ends) return std::move(ends).error().with(what);
  Result<Streams> streams = streams_over(impl, *ends, site);
  if (!streams) return std::move(streams).error().with(what);
  Result<SpawnedChild> child =
      spawn_child(command, *ends, impl.attached<ChildDefaults>().file_limit);
  if (!child) return std::move(child).error().with(what);
  auto* block = new ProcessBlock(
      impl, command, *std::move(child), *std::move(streams), std::move(permit), site);
  Process process(block);
  if (const int status = block->start(); status != 0) {
    block->send_to_all(SIGKILL);
    reap_killed(block->child_.pid, block->child_.pidfd.number());
    block->close();
    return uv_error(status, what);
  }
  return process;
}

ProcessBlock::ProcessBlock(LoopImpl& impl,
                           const Command& command,
                           SpawnedChild child,
                           Streams streams,
                           Permit permit,
                           Site site)
    : HandleBlock(impl, "process", site),
      child_(std::move(child)),
      streams_(std::move(streams)),
      program_(command.argv.front()),
      leads_group_(command.group != ChildGroup::ours),
      end_group_(command.end_group),
      core_(impl.core),
      core_hold_(impl.core),
      grace_(*this,
             [](TimerEntry* due) noexcept { static_cast<Alarm*>(due)->block.on_grace_over(); }),
      recheck_(*this, [](TimerEntry* due) noexcept { static_cast<Alarm*>(due)->block.look(); }),
      ref_(new ProcessRef),
      permit_(std::move(permit)) {
  ref_->block = this;
}

ProcessBlock::~ProcessBlock() {
  ref_->block = nullptr;
}

int ProcessBlock::start() noexcept {
  if (const int status = uv_poll_init(&impl()->uv, &poll_, child_.pidfd.number()); status != 0) {
    return status;
  }
  adopted_by_libuv();
  return uv_poll_start(&poll_, UV_READABLE, &on_ready);
}

// The end of the child.

void ProcessBlock::on_ready(uv_poll_t* handle, int, int) noexcept {
  // Whatever poll said: the kernel knows better.
  auto& self = of<ProcessBlock>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  self.look();
}

void ProcessBlock::look() noexcept {
  if (end_group_) send_to_all(SIGKILL);  // before it is reaped: then its number may be another's
  siginfo_t info{};
  const int status = uninterrupted(process_calls->reap, child_.pidfd.number(), &info);
  if (status < 0) {
    return finish(trouble(status, status == -ECHILD ? who_has_it() : "wait"));
  }
  if (info.si_pid != 0) return finish(status_of(info));
  uv_poll_stop(&poll_);
  arm(core_, recheck_, recheck_after);
}

void ProcessBlock::finish(Result<ExitStatus>&& outcome) noexcept {
  outcome_ = std::move(outcome);
  close();
  List<ExitNode> ended;
  ended.take(waiting_);
  while (!ended.empty())
    ended.pop_front().settle(Result<ExitStatus>(*outcome_));
  permit_.release();
  if (abandoned_) release();
}

void ProcessBlock::on_closing() noexcept {
  disarm(core_, grace_);
  disarm(core_, recheck_);
  if (!outcome_ && impl()->ending) {
    while (!waiting_.empty())
      waiting_.pop_front();
    close_streams();
    send_to_all(SIGKILL);
    reap_killed(child_.pid, child_.pidfd.number());
    permit_.release();
    if (abandoned_) release();  // libuv holds it still
  }
  child_.pidfd.close();
}

Error ProcessBlock::trouble(int status, const char* what) const {
  return uv_error(status, "process " + std::to_string(child_.pid) + " (" + program_ + "): " + what);
}

// Those who wait.

Future<ExitStatus> ProcessBlock::wait(Site site) {
  core_.check_thread();
  if (outcome_ && !given_up_) return settled(core_, site, *outcome_);
  if (!running()) return settled(core_, site, Error(Errc::closed, "process"));
  ExitNode* node = ExitNode::make(core_, site);
  waiting_.push_back(*node);
  return make_future<ExitStatus>(node);
}

std::optional<ExitStatus> ProcessBlock::status() const noexcept {
  if (!outcome_ || !outcome_->has_value()) return std::nullopt;
  return **outcome_;
}

void ProcessBlock::fail_waiting() noexcept {
  List<ExitNode> failed;
  failed.take(waiting_);
  while (!failed.empty())
    failed.pop_front().settle_error(Error(Errc::closed, "process"));
}

// Signals.

int ProcessBlock::send(int number) const noexcept {
  return uninterrupted(process_calls->pidfd_send_signal, child_.pidfd.number(), number);
}

/// A group has only a number. It is the child's own as long as the child has not been reaped, by us
/// or by somebody who had no right to: signal 0 tells, also of a child that we may not signal.
int ProcessBlock::send_to_all(int number) const noexcept {
  if (!leads_group_) return send(number);
  const int there = send(0);
  if (there != 0 && there != -EPERM) return there;
  const int status = uninterrupted(process_calls->kill_group, child_.pid, number);
  return status == -ESRCH ? send(number) : status;  // it has gone over to another group, alone
}

Result<void> ProcessBlock::signal(int number) noexcept {
  if (!running()) {
    return outcome_ && !given_up_ ? trouble(-ESRCH, "signal") : Error(Errc::closed, "process");
  }
  if (const int status = send(number); status < 0) return trouble(status, "signal");
  return {};
}

void ProcessBlock::terminate(Duration grace, int number) noexcept {
  if (!running()) return;
  if (grace <= Duration::zero()) return kill();
  end_group_ = leads_group_;
  send_to_all(number);
  send_to_all(SIGCONT);
  const TimePoint due = later(impl()->clock->now(), grace);
  if (!grace_.armed() || due < grace_.due) arm_at(core_, grace_, due);
}

void ProcessBlock::on_grace_over() noexcept {
  log::warning("a child has not ended within its grace, and is killed",
               {{"pid", child_.pid}, {"program", program_}});
  kill();
}

void ProcessBlock::kill() noexcept {
  if (!open()) return;
  end_group_ = leads_group_;
  const int status = send_to_all(SIGKILL);
  if (status == 0 || status == -ESRCH) return;
  log::warning("a child cannot be killed, and is waited for",
               {{"pid", child_.pid}, {"program", program_}, {"error", uv_error(status)}});
}

// The end of the handle.

void ProcessBlock::close_streams() noexcept {
  for (Stream& stream : streams_)
    stream.close();
}

void ProcessBlock::give_up() noexcept {
  close_streams();
  if (!running()) return;
  given_up_ = true;
  kill();
  fail_waiting();
}

void ProcessBlock::abandon() noexcept {
  ref_->block = nullptr;
  if (!open()) {
    close_streams();
    return release();
  }
  abandoned_ = true;
  give_up();
}

}  // namespace eddy::detail
