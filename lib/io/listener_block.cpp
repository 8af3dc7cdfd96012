// SPDX-License-Identifier: MIT
#include "io/listener_block.hpp"

#include <eddy/base/log.hpp>

#include <cerrno>
#include <string_view>
#include <utility>

#include "io/socket_name.hpp"
#include "io/socket_stream.hpp"

namespace eddy::detail {
namespace {

/// What an operator can do about it.
std::string_view cure_for(int status) noexcept {
  switch (-status) {
    case EMFILE:
      return "raise the limit of open files (ulimit -n), or allow fewer connections";
    case ENFILE:
      return "raise the kernel's limit of open files (fs.file-max)";
    case ENOMEM:
    case ENOBUFS:
      return "free memory, or allow fewer connections";
    default:
      return "give the listener a socket that listens";
  }
}

enum class AcceptFault { none_left, one_lost, exhausted, broken };

AcceptFault fault_of(int status) noexcept {
  switch (-status) {
    case EAGAIN:
      return AcceptFault::none_left;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return AcceptFault::exhausted;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
      return AcceptFault::broken;
    default:
      // ECONNABORTED, EPROTO, EPERM by a firewall, and errors of the network that Linux passes on.
      return AcceptFault::one_lost;
  }
}

}  // namespace

ListenerBlock::ListenerBlock(LoopImpl& impl, BoundSocket&& bound, Site site) noexcept
    : HandleBlock(impl, "listener", site),
      TimerEntry([](TimerEntry* entry) noexcept { static_cast<ListenerBlock*>(entry)->watch(); }),
      socket_(std::move(bound.socket)),
      path_(std::move(bound.path)),
      core_(impl.core),
      core_hold_(impl.core) {}

int ListenerBlock::init() noexcept {
  const int status = uv_poll_init(&impl()->uv, &poll_, socket_.number());
  if (status == 0) adopted_by_libuv();
  return status;
}

void ListenerBlock::on_closing() noexcept {
  disarm(core_, *this);
  remove_path();
  socket_.close();  // libuv has stopped polling it by now
  if (!calling_) callback_ = nullptr;
  List<AcceptNode> failed;
  failed.take(waiting_);
  const bool settling = !impl()->ending;
  while (!failed.empty()) {
    AcceptNode& node = failed.pop_front();
    if (settling) node.settle_error(Errc::closed);
  }
}

void ListenerBlock::start(Function<void(TcpStream)>&& callback) {
  EDDY_ASSERT(waiting_.empty(), "a listener gives connections one way at a time");
  EDDY_ASSERT(!calling_, "a listener was started in its own callback");
  if (!open()) return;
  callback_ = std::move(callback);
  watch();
}

Future<TcpStream> ListenerBlock::accept(Site site) {
  core_.check_thread();
  if (!open() || callback_) {
    Result<TcpStream> why =
        open() ? Error(Errc::invalid, "accept() beside start()") : Error(Errc::closed, "accept");
    ValueNode<TcpStream>* node = ReadyNode<TcpStream>::make(core_, site, std::move(why));
    return make_future(node);
  }
  AcceptNode* node = AcceptNode::make(core_, site);
  waiting_.push_back(*node);
  watch();
  return make_future<TcpStream>(node);
}

void ListenerBlock::pause() noexcept {
  paused_ = true;
  watch();
}

void ListenerBlock::resume() noexcept {
  paused_ = false;
  watch();
}

/// Before the socket is closed, see LocalPath.
void ListenerBlock::remove_path() noexcept {
  if (path_ == nullptr) return;
  path_->remove();
  path_.reset();
}

void ListenerBlock::finish() noexcept {
  if (open()) remove_path();  // so that nobody comes after the last who is accepted
  for (int i = 0; i < BindOptions().backlog && callback_ && !calling_ && wanted(); ++i) {
    if (!accept_one()) break;
  }
  close();
}

bool ListenerBlock::wanted() const noexcept {
  return open() && !paused_ && !armed() && (callback_ || !waiting_.empty());
}

void ListenerBlock::watch() noexcept {
  if (!open()) return;
  if (!wanted()) {
    uv_poll_stop(&poll_);
  } else if (!uv_is_active(handle())) {
    uv_poll_start(&poll_, UV_READABLE, &on_ready);
  }
}

void ListenerBlock::on_ready(uv_poll_t* handle, int, int) noexcept {
  // Whatever poll said: accept4 knows better.
  auto& self = of<ListenerBlock>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  self.accept_some();
}

void ListenerBlock::accept_some() noexcept {
  for (unsigned i = 0; i < Listener::accepts_per_turn && wanted(); ++i) {
    if (!accept_one()) break;
  }
  watch();
}

/// Gives false if there is nothing more to accept now.
bool ListenerBlock::accept_one() noexcept {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int status = uninterrupted(system_calls->accept4,
                                   socket_.number(),
                                   reinterpret_cast<sockaddr*>(&peer),  // NOLINT: kernel's type
                                   &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (status >= 0) {
    Result<TcpStream> stream = adopt_socket(*impl(), status, site());
    if (stream) {
      static_cast<SocketStream*>(StreamBase::of_handle(*stream))->accepted_from(peer, size);
      ++statistic_.accepted;
      give(*std::move(stream));
    } else {
      ++statistic_.aborted;
    }
    return true;
  }
  switch (fault_of(status)) {
    case AcceptFault::none_left:
      return false;
    case AcceptFault::one_lost:
      ++statistic_.aborted;
      return true;
    case AcceptFault::exhausted:
    case AcceptFault::broken:
      rest(status);
      return false;
  }
  return false;
}

void ListenerBlock::give(TcpStream stream) noexcept {
  if (!waiting_.empty()) return waiting_.pop_front().settle_value(std::move(stream));
  calling_ = true;
  guarded(core_, site(), [this, &stream] { callback_(std::move(stream)); });
  calling_ = false;
  if (!open()) callback_ = nullptr;  // closed meanwhile, when it could not die
}

/// Stops polling, which would be level-triggered and so spin, until the timer.
void ListenerBlock::rest(int status) noexcept {
  ++statistic_.exhausted;
  arm(core_, *this, Listener::back_off);
  if (!complaints_.admit(impl()->clock->now())) return;
  log::warning("accepting rests",
               {{"listener", socket_name(socket_.number(), ::getsockname)},
                {"error", uv_error(status)},
                {"for", Listener::back_off},
                {"cure", cure_for(status)}});
}

}  // namespace eddy::detail
