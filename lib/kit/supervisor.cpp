// SPDX-License-Identifier: MIT
#include <eddy/kit/supervisor.hpp>

#include "supervisor_impl.hpp"

#include <utility>

namespace eddy {

std::string_view ServiceRef::name() const noexcept {
  return record_->settings.name;
}

ServiceState ServiceRef::state() const noexcept {
  return record_->state();
}

unsigned ServiceRef::restarts() const noexcept {
  return record_->restarts();
}

Service* ServiceRef::get() const noexcept {
  return record_->service();
}

void ServiceRef::set_name(std::string name) {
  record_->settings.name = std::move(name);
}

void ServiceRef::set_after(const ServiceRef& other) {
  EDDY_ASSERT(record_->shares_owner(*other.record_), "services of one Supervisor wait for another");
  EDDY_ASSERT(!record_->active(), "the order is set before the service starts");
  record_->settings.after.push_back(other.record_.get());
}

void ServiceRef::set_restart(Restart restart) {
  record_->settings.restart = restart;
}

void ServiceRef::set_essential(bool essential) {
  record_->settings.essential = essential;
}

void ServiceRef::set_start_limit(Duration limit) {
  record_->settings.start_limit = limit;
}

void ServiceRef::set_stop_grace(Duration grace) {
  record_->settings.stop_grace = grace;
}

Supervisor::Supervisor(Loop& loop) : Supervisor(loop, Options()) {}

Supervisor::Supervisor(Loop& loop, const Options& options)
    : impl_(std::make_unique<detail::SupervisorImpl>(loop, options)) {}

Supervisor::~Supervisor() = default;

ServiceRef Supervisor::add(std::unique_ptr<detail::ServiceFactory> factory) {
  return ServiceRef(impl_->add(std::move(factory)));
}

int Supervisor::run() {
  return impl_->run(nullptr);
}

int Supervisor::run_until(Future<void> work) {
  return impl_->run([work = std::move(work)]() mutable { return std::move(work); });
}

int Supervisor::run_until(Function<Future<void>()> work) {
  return impl_->run(std::move(work));
}

Future<void> Supervisor::start() {
  return impl_->start();
}

Future<void> Supervisor::stop(std::string reason) {
  return impl_->stop(StopReason{StopReason::Kind::requested, std::move(reason)},
                     exit_code::success);
}

void Supervisor::request_stop(std::string reason, int exit_code) {
  impl_->request_stop(std::move(reason), exit_code);
}

Future<StopReason> Supervisor::closing() {
  return impl_->closing();
}

Future<void> Supervisor::start_services(const std::vector<ServiceRef>& services) {
  return impl_->start_services(services);
}

Future<void> Supervisor::stop_services(const std::vector<ServiceRef>& services) {
  return impl_->stop_services(services);
}

void Supervisor::on_ready(Function<void()> function) {
  impl_->on_ready.push_back(std::move(function));
}

HookList& Supervisor::pre_start() noexcept {
  return impl_->pre_start;
}

HookList& Supervisor::post_start() noexcept {
  return impl_->post_start;
}

HookList& Supervisor::pre_stop() noexcept {
  return impl_->pre_stop;
}

HookList& Supervisor::post_stop() noexcept {
  return impl_->post_stop;
}

std::vector<ServiceRef> Supervisor::services() const {
  return impl_->refs();
}

std::optional<int> Supervisor::exit_code() const noexcept {
  return impl_->exit_code();
}

std::optional<unsigned long long> Supervisor::inherited_file_limit() const noexcept {
  return impl_->inherited_file_limit();
}

}  // namespace eddy
