// SPDX-License-Identifier: MIT
#include <eddy/io/tty.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "core/loop_impl.hpp"
#include "io/pipe_calls.hpp"
#include "io/terminal_rules.hpp"
#include "io/tty_table.hpp"

namespace eddy {

using detail::pipe_calls;
using detail::uninterrupted;

namespace {

/// Reads give what is there, and wait for one octet where they wait.
void by_the_key(termios& settings) {
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
}

void no_echo(termios& settings) {
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  settings.c_lflag |= ECHONL;
}

using Change = void (*)(termios&);

Change change_to(TtyMode::Kind kind) noexcept {
  switch (kind) {
    case TtyMode::Kind::no_echo:
      return &no_echo;
    case TtyMode::Kind::cbreak:
      return &by_the_key;
    case TtyMode::Kind::raw:
      break;
  }
  return [](termios& settings) {
    cfmakeraw(&settings);
    by_the_key(settings);
  };
}

Result<TtySize> size_of(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) {  // NOLINT: variadic by its nature
    return detail::uv_error(-errno, "size of a terminal");
  }
  return TtySize{size.ws_col, size.ws_row};
}

}  // namespace

Result<Tty> Tty::of(int descriptor) {
  if (isatty(descriptor) == 0) return detail::uv_error(-errno, "use a terminal");
  const int own = uninterrupted(pipe_calls->duplicate, descriptor);
  if (own < 0) return detail::uv_error(own, "use a terminal");
  return Tty(own);
}

Result<Tty> Tty::controlling() {
  const int own = uninterrupted(pipe_calls->open, "/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (own < 0) return detail::uv_error(own, "open the controlling terminal");
  return Tty(own);
}

Result<TtySize> Tty::size() const {
  return size_of(descriptor_.number());
}

Result<SignalWatcher> Tty::on_resize(Loop& loop,
                                     Function<void(TtySize)> callback,
                                     Site site) const {
  OwnedDescriptor own(uninterrupted(pipe_calls->duplicate, descriptor_.number()));
  if (!own) return detail::uv_error(own.number(), "watch the size of a terminal");
  const Result<TtySize> known = size_of(own.number());
  if (!known) return known.error();
  auto tell = [own = std::move(own), last = *known, callback = std::move(callback)](int) mutable {
    const Result<TtySize> now = size_of(own.number());
    if (!now || *now == last) return;
    last = *now;
    callback(last);
  };
  return SignalWatcher::watch(loop, SIGWINCH, std::move(tell), site);
}

Result<TtyMode> Tty::mode(TtyMode::Kind kind) const {
  const Result<std::size_t> place = detail::enter_tty_mode(descriptor_.number(), change_to(kind));
  if (!place) return place.error();
  return TtyMode(*place);
}

bool Tty::foreground() const noexcept {
  return !detail::is_in_background(descriptor_.number());
}

TtyMode& TtyMode::operator=(TtyMode&& other) noexcept {
  const TtyMode old(std::move(*this));
  place_ = std::exchange(other.place_, nowhere);
  return *this;
}

void TtyMode::restore() noexcept {
  if (place_ != nowhere) detail::leave_tty_mode(std::exchange(place_, nowhere));
}

}  // namespace eddy
