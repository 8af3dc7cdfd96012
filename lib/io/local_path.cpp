// SPDX-License-Identifier: MIT
#include "io/local_path.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace eddy::detail {
namespace {

// Whoever holds the lock makes a few system calls, unless it is somebody else's program.
constexpr int lock_attempts = 50;
constexpr std::chrono::milliseconds lock_pause{1};

bool somebody_listens(const Address& address) noexcept {
  const Descriptor probe(
      uninterrupted(system_calls->socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (probe.number() < 0) return true;  // unknown: touch nothing
  const int status = uninterrupted(system_calls->connect,
                                   probe.number(),
                                   static_cast<const sockaddr*>(address.data()),
                                   static_cast<socklen_t>(address.size()));
  return status != -ECONNREFUSED && status != -ENOENT;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::unique_ptr<LocalPath> LocalPath::of(std::string path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return nullptr;
  return std::unique_ptr<LocalPath>(new LocalPath(std::move(path), found.st_dev, found.st_ino));
}

void LocalPath::remove() const noexcept {
  struct stat found {};
  if (lstat(path_.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

int DirectoryLock::take(const std::string& path) noexcept {
  const std::string directory = directory_of(path);
  const int number = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0) return errno == EACCES ? 0 : -errno;
  directory_.emplace(number);
  for (int i = 0; i < lock_attempts; ++i) {
    if (::flock(number, LOCK_EX | LOCK_NB) == 0) return 0;
    // Some file systems know no locks.
    if (errno != EWOULDBLOCK && errno != EINTR) return 0;
    std::this_thread::sleep_for(lock_pause);
  }
  return -EBUSY;
}

int remove_stale(const Address& address, const char*& cause) noexcept {
  const std::string path(address.path());
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return 0;  // bind() says what is wrong, if anything is
  if (!S_ISSOCK(found.st_mode)) {
    cause =
        S_ISDIR(found.st_mode) ? "the path is a directory" : "the path is a file that is no socket";
    return -EADDRINUSE;
  }
  if (somebody_listens(address)) return -EADDRINUSE;
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? 0 : -errno;
}

int limit_mode(int descriptor, unsigned mode) noexcept {
  // bind() gives the file the permissions of the socket, less the umask.
  return fchmod(descriptor, mode) == 0 ? 0 : -errno;
}

int complete_mode(const std::string& path, unsigned mode) noexcept {
  // By descriptor, for a path might be replaced by a link to another's file meanwhile.
  const Descriptor file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat found {};
  if (file.number() < 0 || fstat(file.number(), &found) != 0) return -errno;
  if (!S_ISSOCK(found.st_mode)) return -ENOTSOCK;
  if ((found.st_mode & 0777U) == mode) return 0;
  const std::string same = "/proc/self/fd/" + std::to_string(file.number());
  return chmod(same.c_str(), mode) == 0 ? 0 : -errno;
}

}  // namespace eddy::detail
