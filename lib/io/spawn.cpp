// SPDX-License-Identifier: MIT
#include "io/spawn.hpp"

#include <eddy/base/clock.hpp>
#include <eddy/base/log.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "io/child_plan.hpp"
#include "io/process_calls.hpp"

extern char** environ;  // NOLINT: the C library has it, and some headers lack it

namespace eddy::detail {
namespace {

/// How long a child that was killed may take to end before it is left behind.
constexpr Duration reap_limit = std::chrono::seconds(1);

/// Where a child lives until it has its program, with a page below that nobody may touch.
class ChildStack {
 public:
  ChildStack() noexcept {
    constexpr int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
    void* made = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kind, -1, 0);
    if (made == MAP_FAILED) return;  // NOLINT: the system's macro has a cast in it
    bottom_ = static_cast<char*>(made);
    ::mprotect(bottom_, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), PROT_NONE);
  }
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;
  ~ChildStack() {
    if (bottom_ != nullptr) ::munmap(bottom_, size);
  }

  /// Null if there is no memory for it.
  void* top() const noexcept { return bottom_ == nullptr ? nullptr : bottom_ + size; }

 private:
  static constexpr std::size_t size = 128 * 1024;  // two pages or more, however large they are

  char* bottom_ = nullptr;
};

/// No handler of ours may run in a child, which is in our memory.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// Texts as execve() takes them: first those that are not copied.
class TextList {
 public:
  TextList(std::vector<char*> borrowed, std::vector<std::string> own)
      : own_(std::move(own)), pointers_(std::move(borrowed)) {
    pointers_.reserve(pointers_.size() + own_.size() + 1);
    for (std::string& text : own_)
      pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  char* const* data() const noexcept { return pointers_.data(); }

 private:
  std::vector<std::string> own_;
  std::vector<char*> pointers_;
};

bool replaced(const ChildEnvironment& environment, std::string_view name) {
  const auto has_name = [name](const auto& variable) {
    return variable.first == name;
  };
  return std::any_of(environment.set.begin(), environment.set.end(), has_name) ||
         std::find(environment.unset.begin(), environment.unset.end(), name) !=
             environment.unset.end();
}

TextList variables_of(const ChildEnvironment& environment) {
  std::vector<char*> inherited;
  for (char** variable = environ;
       environment.inherit && variable != nullptr && *variable != nullptr;
       ++variable) {
    const std::string_view text(*variable);
    if (!replaced(environment, text.substr(0, text.find('=')))) inherited.push_back(*variable);
  }
  std::vector<std::string> own;
  for (auto at = environment.set.begin(); at != environment.set.end(); ++at) {
    const auto same = [at](const auto& later) {
      return later.first == at->first;
    };
    if (std::any_of(at + 1, environment.set.end(), same)) continue;
    own.push_back(at->first + "=" + at->second);
  }
  return {std::move(inherited), std::move(own)};
}

std::vector<KernelLimit> limits_of(const Command& command,
                                   std::optional<unsigned long long> file_limit) {
  std::vector<KernelLimit> limits;
  rlimit files{};
  if (file_limit && ::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    const std::uint64_t soft = std::min<std::uint64_t>(*file_limit, files.rlim_max);
    limits.push_back({RLIMIT_NOFILE, {soft, files.rlim_max}});
  }
  for (const ResourceLimit& limit : command.limits)
    limits.push_back({limit.resource, {limit.soft, limit.hard}});
  return limits;
}

/// The kernel says "no such file" of a script's interpreter, and of a program's loader, too.
bool lacks_interpreter(const Command& command, const std::string& program) {
  const bool from_folder = !command.folder.empty() && !program.starts_with('/');
  const std::string path = from_folder ? command.folder + "/" + program : program;
  return ::access(path.c_str(), F_OK) == 0;
}

std::string what_failed(const Command& command, const std::string& program, const ChildPlan& plan) {
  switch (plan.failed) {
    case ChildStep::none:
      break;
    case ChildStep::program:
      if (plan.error == ENOENT && lacks_interpreter(command, program))
        return "the interpreter that its first line names, or its loader";
      break;
    case ChildStep::group:
      return "make its group";
    case ChildStep::signals:
      return "reset its signals";
    case ChildStep::death_signal:
      return "set its death signal";
    case ChildStep::limits:
      return "set its limits";
    case ChildStep::nice:
      return "set its priority";
    case ChildStep::folder:
      return "go to the folder " + command.folder;
    case ChildStep::stdio:
      return "place its descriptors";
    case ChildStep::descriptors:
      return "close the other descriptors";
  }
  return {};
}

/// The pidfd that clone gave, or on a kernel that gives none another one. The child is not reaped
/// yet, so its number is still its own.
Result<Descriptor> pidfd_of(int pid, int given) {
  if (given >= 0) return Descriptor(given);
  const int opened = uninterrupted(process_calls->pidfd_open, pid);
  if (opened >= 0) return Descriptor(opened);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return uv_error(opened, "open a pidfd");
}

/// Gives a child that has its program, or has told `plan` why not.
Result<SpawnedChild> clone_child(ChildPlan& plan) {
  const ChildStack stack;
  if (stack.top() == nullptr) return uv_error(-ENOMEM, "make its stack");
  int given = -1;
  int pid = -1;
  {
    const SignalsBlocked blocked;
    pid = uninterrupted(
        process_calls->clone, &run_child, stack.top(), static_cast<void*>(&plan), &given);
  }
  if (pid < 0) return uv_error(pid);
  Result<Descriptor> pidfd = pidfd_of(pid, given);
  if (!pidfd) return std::move(pidfd).error();
  return SpawnedChild(pid, *std::move(pidfd));
}

/// Until a child has ended or the time is up, however many signals come.
void await_end(int pidfd) noexcept {
  const TimePoint until = later(std::chrono::steady_clock::now(), reap_limit);
  for (;;) {
    const Duration left = until - std::chrono::steady_clock::now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left);
    if (left <= Duration::zero()) return;
    const int status = process_calls->poll_end(pidfd, static_cast<int>(wait.count()));
    if (status >= 0 || errno != EINTR) return;
  }
}

}  // namespace

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/bin:/usr/bin";
  std::string not_executable;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    // Where this process happens to be is no place for programs.
    if (!folder.starts_with('/')) continue;
    std::string path = std::string(folder) + "/" + name;
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    if (::access(path.c_str(), X_OK) == 0) return path;
    if (not_executable.empty()) not_executable = std::move(path);
  }
  if (!not_executable.empty()) return Error(std::errc::permission_denied, not_executable);
  return Error(std::errc::no_such_file_or_directory, "in the folders of PATH");
}

Result<SpawnedChild> spawn_child(const Command& command,
                                 const std::vector<ChildEnds>& descriptors,
                                 std::optional<unsigned long long> file_limit) {
  const Result<std::string> program = find_program(command.argv.front());
  if (!program) return program.error();
  const TextList arguments({}, command.argv);
  const TextList variables = variables_of(command.environment);
  const std::vector<KernelLimit> limits = limits_of(command, file_limit);
  std::vector<int> sources(descriptors.size());
  std::transform(
      descriptors.begin(), descriptors.end(), sources.begin(), [](const ChildEnds& ends) {
        return ends.source;
      });
  ChildPlan plan{.calls = process_calls,
                 .program = program->c_str(),
                 .argv = arguments.data(),
                 .envp = variables.data(),
                 .folder = command.folder.empty() ? nullptr : command.folder.c_str(),
                 .limits = limits.data(),
                 .limit_count = limits.size(),
                 .sources = sources.data(),
                 .source_count = static_cast<int>(sources.size()),
                 .parent = ::getpid(),
                 .death_signal = command.death_signal,
                 .own_group = command.group == ChildGroup::own,
                 .own_session = command.group == ChildGroup::session,
                 .set_umask = command.umask.has_value(),
                 .umask = command.umask.value_or(0),
                 .set_nice = command.nice.has_value(),
                 .nice = command.nice.value_or(0)};
  Result<SpawnedChild> child = clone_child(plan);
  if (!child || plan.failed == ChildStep::none) return child;
  return uv_error(-plan.error, what_failed(command, *program, plan));
}

SpawnedChild::~SpawnedChild() {
  if (pidfd.number() < 0) return;
  uninterrupted(process_calls->pidfd_send_signal, pidfd.number(), SIGKILL);
  reap_killed(pid, pidfd.number());
}

void reap_killed(int pid, int pidfd) noexcept {
  siginfo_t info{};
  await_end(pidfd);
  const int status = uninterrupted(process_calls->reap, pidfd, &info);
  if (status < 0 || info.si_pid != 0) return;  // gone, by us or by somebody else
  log::warning("a child does not end although it was killed; it stays until this process ends",
               {{"pid", pid}});
}

}  // namespace eddy::detail
