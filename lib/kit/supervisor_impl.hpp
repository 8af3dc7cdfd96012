// SPDX-License-Identifier: MIT
//
// The inside of a Supervisor: idle -> starting -> running -> stopping -> stopped.
//
// What it does over time is one chain of futures at a time, `flow_`: the start, or the stop that
// replaces it. A stop is begun in a turn of its own, never inside the call that asked for it.
#pragma once

#include "ranks.hpp"
#include "service_record.hpp"
#include "signals.hpp"
#include "watchdog.hpp"

#include <eddy/base/log_writer.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/kit/supervisor.hpp>

#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace eddy::detail {

class SupervisorImpl final : public RecordOwner {
 public:
  SupervisorImpl(Loop& loop, const Supervisor::Options& options);
  SupervisorImpl(const SupervisorImpl&) = delete;
  SupervisorImpl& operator=(const SupervisorImpl&) = delete;
  ~SupervisorImpl() override;

  std::shared_ptr<ServiceRecord> add(std::unique_ptr<ServiceFactory> factory);
  int run(Function<Future<void>()> work);
  Future<void> start();
  /// start() for somebody who waits for the end only.
  void begin();
  Future<void> stop(StopReason why, int exit_code);
  void request_stop(std::string reason, int exit_code) override;
  Future<StopReason> closing() override { return closing_shared_.future(); }
  Future<void> start_services(const std::vector<ServiceRef>& services);
  Future<void> stop_services(const std::vector<ServiceRef>& services);

  std::vector<ServiceRef> refs() const;
  std::optional<int> exit_code() const noexcept;
  std::optional<unsigned long long> inherited_file_limit() const noexcept {
    return old_file_limit_;
  }

  HookList pre_start, post_start, pre_stop, post_stop;
  std::vector<Function<void()>> on_ready;

 private:
  enum class State { idle, starting, running, stopping, stopped };
  using Batch = std::vector<ServiceRecord*>;

  /// A request to stop, and what the process shall exit with.
  struct Request {
    StopReason why;
    int exit_code;
  };
  /// Lets other threads and late continuations find out that the Supervisor is gone.
  struct Gate {
    SupervisorImpl* impl;
  };

  // As the owner of the records.
  void gone(ServiceRecord& record, const Result<void>& how) override;
  void stop_failed(ServiceRecord& record, Error error) override;
  std::string waiting_for(const ServiceRecord& record) const override;
  double random_fraction() override;

  // supervisor_start.cpp
  Result<void> set_up();
  Result<void> check(const Batch& batch);
  Future<void> start_flow();
  Future<void> start_batch(const Batch& batch);
  Future<void> start_ranks(Ranked ranks, std::size_t next);
  void start_ended(Result<void>&& result);
  void report_failed_start() const;
  Result<void> call_on_ready();
  void begin_work();
  void work_ended(Result<void>&& result);

  // supervisor_stop.cpp
  void stop_later(Request request);
  void begin_stop(Request request);
  Future<void> stop_flow();
  Future<void> stop_batch(const Batch& batch, StopReason why);
  Future<void> stop_ranks(Ranked ranks, StopReason why);
  void on_signal();
  void drop_everything() noexcept;
  void finish();
  Error stop_error() const;
  void tell_watchdog();
  void stop_if_idle();

  Batch all_records() const;
  static Batch batch_of(const std::vector<ServiceRef>& services);
  Future<void> as_job(std::string name, Future<void> work);
  void job_ended();

  Loop& loop_;
  const Supervisor::Options options_;
  const Poster poster_;
  const std::shared_ptr<Gate> gate_;
  std::optional<log::Writer> writer_;
  State state_ = State::idle;
  int exit_code_ = exit_code::success;
  StopReason why_;
  Error start_error_ = Errc::closed;     // what start() gives if it does not succeed
  std::vector<std::string> complaints_;  // about configurations
  std::vector<Error> stop_errors_;
  std::string stop_texts_;
  std::minstd_rand random_;
  std::optional<unsigned long long> old_file_limit_;
  std::optional<Request> early_request_;  // came before the start
  Records records_;
  Function<Future<void>()> work_;
  bool in_run_ = false;
  bool idle_but_for_jobs_ = false;  // as far as stop_if_idle() knows

  Promise<StopReason> closing_;
  SharedFuture<StopReason> closing_shared_;
  std::optional<Promise<void>> started_;
  std::vector<Promise<void>> stopped_;
  std::optional<Promise<int>> done_;  // what run() waits for

  std::unique_ptr<Watchdog> watchdog_;
  std::unique_ptr<Signals> signals_;
  std::optional<TaskGroup> jobs_;  // apart from flow_: dynamic starts and stops
  std::optional<TaskGroup> work_group_;
  Future<void> flow_;
  Future<void> stop_soon_;
  Future<void> idle_check_;
};

}  // namespace eddy::detail
