// SPDX-License-Identifier: MIT
#include "io/tls_block.hpp"

#include <eddy/core/detail/forget.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "io/tls_failure.hpp"
#include "io/tls_handshake.hpp"

namespace eddy::detail {
namespace {

/// The stream below queues so much at most, for what it holds is not to be forgotten when the
/// water marks of the one above are set.
constexpr WaterMarks marks_below{64 * 1024, 16 * 1024, 4 * 1024 * 1024};

/// The data of the largest record. Whether the stream below has room is asked after each.
constexpr std::size_t record_size = SSL3_RT_MAX_PLAIN_LENGTH;

/// So much is read of a peer that was refused and only sends.
constexpr std::size_t max_discarded = 256 * 1024;

/// OpenSSL says nothing to a peer that does not speak TLS at all: the alert unexpected_message.
constexpr ByteView unexpected("\x15\x03\x01\x00\x02\x02\x0a", 7);

/// A second slab of the loop, until the callback returns.
class BorrowedSlab {
 public:
  explicit BorrowedSlab(StreamPool& pool) : pool_(pool), slab_(pool.borrow_slab()) {}
  BorrowedSlab(const BorrowedSlab&) = delete;
  BorrowedSlab& operator=(const BorrowedSlab&) = delete;
  ~BorrowedSlab() { pool_.return_slab(std::move(slab_)); }

  char* data() const noexcept { return slab_.get(); }

 private:
  StreamPool& pool_;
  std::unique_ptr<char[]> slab_;
};

}  // namespace

TlsBlock::TlsBlock(LoopImpl& impl,
                   Stream&& below,
                   std::shared_ptr<const TlsContextState> context,
                   Site site) noexcept
    : StreamBase(impl, "tls stream", site), facts_(std::move(context)), below_(std::move(below)) {
  uv_idle_init(&impl.uv, &idle_);  // never fails
  adopted_by_libuv();
}

Result<void> TlsBlock::prepare() noexcept {
  forget_tls_errors();
  ssl_.reset(SSL_new(&facts_.context->context()));
  if (ssl_ == nullptr || !set_tls_wire(*ssl_, facts_.context->wire(), *this)) {
    return take_tls_error();
  }
  SSL_set_app_data(ssl_.get(), &facts_);
  return {};
}

void TlsBlock::set_write_limit(Duration limit) noexcept {
  if (open()) below_.set_write_limit(limit);  // sees all progress there is, and ends us too
}

// The handshake.

void TlsBlock::begin(HandshakeNode& node) noexcept {
  node_ = &node;
  below_.set_water_marks(marks_below);
  below_.start(*this);
  shake_hands();
}

void TlsBlock::abandon() noexcept {
  node_ = nullptr;
  release();
}

void TlsBlock::shake_hands() noexcept {
  forget_tls_errors();
  spoke_ = false;
  const int done = SSL_do_handshake(ssl_.get());
  if (done != 1) {
    if (!facts_.refusal && SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ) return;
    return refuse(broken());
  }
  facts_.connected = true;
  below_.pause();  // until somebody reads
  std::exchange(node_, nullptr)->done();
}

/// What the peer still sends must not meet a closed socket: that would answer with a reset, which
/// overtakes the alert.
void TlsBlock::refuse(Error error) noexcept {
  const Duration limit = facts_.context->limits().linger;
  if (!spoke_ && facts_.hello == 0 && !told_by_peer(error)) put(unexpected);
  if (!spoke_ || !below_.open() || limit <= Duration::zero()) {
    return fail_handshake(error);
  }
  refused_ = true;
  node_->linger(std::move(error), limit);
  ending_ = below_.shutdown();
}

void TlsBlock::discard(std::size_t count) noexcept {
  discarded_ += count;
  if (discarded_ > max_discarded) fail_handshake(Errc::too_large);
}

void TlsBlock::fail_handshake(const Error& error) noexcept {
  broken_ = true;
  std::exchange(node_, nullptr)->finish(error);
}

/// Why OpenSSL cannot go on.
Error TlsBlock::broken() noexcept {
  broken_ = true;
  Error error = take_tls_error();
  return facts_.refusal ? *facts_.refusal : error;
}

// Reading.

int TlsBlock::take(char* room, std::size_t size) noexcept {
  if (facts_.refusal) return -1;
  if (input_.empty()) return 0;
  const std::size_t count = std::min(size, input_.size());
  std::memcpy(room, input_.data(), count);
  input_.remove_prefix(count);
  if (facts_.connected) return static_cast<int>(count);
  facts_.handshake_in += count;
  if (facts_.handshake_in <= facts_.context->limits().max_handshake) return static_cast<int>(count);
  facts_.refuse(Error(Errc::too_large, "handshake"));
  return -1;
}

void TlsBlock::put(ByteView bytes) noexcept {
  spoke_ = true;
  below_.write(bytes);
}

void TlsBlock::on_bytes(ByteView bytes) noexcept {
  if (ended_by_peer_) return;  // what comes after the end is not ours
  if (refused_) return discard(bytes.size());
  input_ = bytes;
  if (node_ != nullptr) {
    shake_hands();
  } else {
    decrypt();
  }
  if (open() && !refused_) kept_.append(input_);
  input_ = {};
}

int TlsBlock::receive() noexcept {
  if (kept_.empty() && SSL_has_pending(ssl_.get()) == 0) {
    below_.resume();
  } else {
    uv_idle_start(&idle_, &on_turn);
  }
  return 0;
}

void TlsBlock::on_turn(uv_idle_t* handle) noexcept {
  uv_idle_stop(handle);
  auto& self = of<TlsBlock>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  const std::string bytes = self.kept_.take_all();
  self.below_.resume();
  self.on_bytes(bytes);
}

void TlsBlock::put_off() noexcept {
  below_.pause();
  input_refused();
}

/// Gives on what can be decrypted, as long as it is wanted.
void TlsBlock::decrypt() noexcept {
  if (!wants_input()) return put_off();
  const BorrowedSlab slab(StreamPool::of(*impl()));
  Input outcome = Input::full;
  while (outcome == Input::full) {
    std::size_t filled = 0;
    outcome = fill(slab.data(), filled);
    facts_.bytes_in += filled;
    if (filled > 0) received(ByteView(slab.data(), filled));
    if (!open()) return;
    if (outcome == Input::full && !wants_input()) return put_off();
  }
  if (outcome == Input::failed) return die(broken().with(kind()));
  if (outcome == Input::starved) return;
  ended_by_peer_ = true;
  below_.pause();
  received_end();
}

TlsBlock::Input TlsBlock::fill(char* room, std::size_t& filled) noexcept {
  forget_tls_errors();
  while (filled < StreamPool::slab_size) {
    std::size_t count = 0;
    const int done = SSL_read_ex(ssl_.get(), room + filled, StreamPool::slab_size - filled, &count);
    filled += count;
    if (facts_.refusal) return Input::failed;
    if (done == 1) continue;
    const int why = SSL_get_error(ssl_.get(), done);
    if (why == SSL_ERROR_WANT_READ) return Input::starved;
    return why == SSL_ERROR_ZERO_RETURN ? Input::ended : Input::failed;
  }
  return Input::full;
}

void TlsBlock::on_end() noexcept {
  if (node_ != nullptr) return fail_handshake(Errc::end_of_stream);
  if (!ended_by_peer_) received_end(true);
}

void TlsBlock::on_error(const Error& error) noexcept {
  broken_ = true;
  if (node_ != nullptr) return fail_handshake(error);
  die(error);
}

// Writing.

/// Encrypts what the stream below has room for; gives how much.
std::size_t TlsBlock::encrypt(ByteView bytes) noexcept {
  std::size_t done = 0;
  forget_tls_errors();
  while (done < bytes.size() && !below_.congested()) {
    const ByteView part = bytes.substr(done, record_size);
    std::size_t count = 0;
    if (SSL_write_ex(ssl_.get(), part.data(), part.size(), &count) != 1) {
      fault(broken().with(kind()));
      return done;
    }
    done += count;
  }
  return done;
}

int TlsBlock::transmit(ByteView first, ByteView second) noexcept {
  std::size_t done = encrypt(first);
  if (done == first.size()) done += encrypt(second);
  return broken_ ? UV_EPROTO : static_cast<int>(done);  // the fault is told already
}

int TlsBlock::transmit_all(ByteView bytes) noexcept {
  unsent_ = bytes;
  return 0;
}

void TlsBlock::on_drained() noexcept {
  // More may have been written meanwhile, which sent() hands over.
  while (usable() && !unsent_.empty() && !below_.congested()) {
    unsent_.remove_prefix(encrypt(unsent_));
    if (unsent_.empty()) sent();
  }
}

int TlsBlock::transmit_end() noexcept {
  say_goodbye();
  ending_ = below_.shutdown().complete([this](Result<void>&& done) {
    if (done) return end_sent();
    fault(std::move(done).error());
  });
  return in_progress;
}

/// Tells the peer that this was all.
void TlsBlock::say_goodbye() noexcept {
  if (broken_ || !facts_.connected || std::exchange(said_goodbye_, true)) return;
  forget_tls_errors();
  SSL_shutdown(ssl_.get());
  forget_tls_errors();
}

// The end.

bool TlsBlock::sent_whole() const noexcept {
  return !aborted_ && !impl()->ending && queued() == 0;
}

void TlsBlock::on_closing() noexcept {
  const bool whole = sent_whole();
  StreamBase::on_closing();
  forget(std::move(ending_));  // on_error() tells what it failed with
  input_ = {};
  if (whole) say_goodbye();
  Stream below = std::move(below_);  // which may be in the middle of calling us
  if (aborted_) below.reset();
}

}  // namespace eddy::detail
