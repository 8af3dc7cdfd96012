// SPDX-License-Identifier: MIT
#include <eddy/io/process.hpp>

#include <utility>

#include "io/process_block.hpp"

namespace eddy {

Process& Process::operator=(Process&& other) noexcept {
  const Process old(std::move(*this));
  block_ = std::exchange(other.block_, nullptr);
  return *this;
}

Process::~Process() {
  if (block_ != nullptr) block_->abandon();
}

detail::ProcessBlock& Process::checked() const noexcept {
  EDDY_ASSERT(block_ != nullptr, "an empty Process was used");
  return *block_;
}

Result<Process> Process::spawn(Loop& loop, const Command& command, Site site) {
  return detail::ProcessBlock::make(loop, command, Permit(), site);
}

int Process::pid() const noexcept {
  return block_ == nullptr ? 0 : block_->pid();
}

bool Process::running() const noexcept {
  return block_ != nullptr && block_->running();
}

std::optional<ExitStatus> Process::status() const noexcept {
  return checked().status();
}

Stream& Process::input() const noexcept {
  return checked().stream(0);
}

Stream& Process::output() const noexcept {
  return checked().stream(1);
}

Stream& Process::errors() const noexcept {
  return checked().stream(2);
}

Future<ExitStatus> Process::wait(Site site) {
  return checked().wait(site);
}

Result<void> Process::signal(int number) noexcept {
  return checked().signal(number);
}

Future<ExitStatus> Process::terminate(Duration grace, int number, Site site) {
  checked().terminate(grace, number);
  return checked().wait(site);
}

void Process::kill() noexcept {
  if (block_ != nullptr) block_->kill();
}

Future<ProcessOutput> Process::communicate(std::string input,
                                           CommunicateOptions options,
                                           Site site) {
  return checked().communicate(std::move(input), options, site);
}

void Process::close() noexcept {
  if (block_ != nullptr) block_->give_up();
}

void set_child_file_limit(Loop& loop, std::optional<unsigned long long> limit) {
  detail::core_of(loop).check_thread();
  detail::LoopImpl::of(loop).attached<detail::ChildDefaults>().file_limit = limit;
}

}  // namespace eddy
