// SPDX-License-Identifier: MIT
//
// What stands behind an AsyncGenerator: its body, and the item that it has yielded.
//
// Not for users.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/detail/busy_source.hpp>
#include <eddy/core/yielder.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace eddy::detail {

/// A body that waits for its item to be taken and for the next question.
template <class T>
class YieldNode final : public Pooled<YieldNode<T>, LeafNode<void>> {
  using Base = Pooled<YieldNode, LeafNode<void>>;

 public:
  YieldNode(LoopCore& owner, Site where, GeneratorSource<T>& of, T&& yielded)
      : Base(owner, where), item(std::move(yielded)), source_(&of) {}
  ~YieldNode() override { stop(); }
  const char* waits_for() const noexcept override { return "who takes what it yields"; }

  /// The reader goes on, or has gone.
  void resume() noexcept {
    source_ = nullptr;
    this->settle_value();
  }
  void refuse() noexcept {
    source_ = nullptr;
    this->settle_error(Error(Errc::closed, "generator"));
  }

  std::optional<T> item;  // empty when it was taken

 private:
  void stop() noexcept override {
    if (source_ != nullptr) std::exchange(source_, nullptr)->withdraw();
  }

  GeneratorSource<T>* source_;
};

template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class GeneratorSource final : public BusySource<T>, public Yielder<T> {
 public:
  using Body = Function<Future<void>(Yielder<T>&)>;

  explicit GeneratorSource(Body&& body)
      : body_(std::move(body)), running_(current_core(), *this, Intake::Tells::at_once) {}
  ~GeneratorSource() override {
    gone_ = true;
    running_.forget();
    if (yielding_ != nullptr) std::exchange(yielding_, nullptr)->refuse();  // kept outside the body
  }

  Future<void> close() override {
    gone_ = true;
    if (!running_.busy()) return ready_future();  // it never ran, or its error was heard
    running_.cancel_input();
    return running_.future<void>().or_else(Errc::canceled, [](const Error&) {});
  }

  Future<void> yield(T&& item, Site site) {
    if (gone_) return failed_future<void>(Error(Errc::closed, "generator"), site);
    if (yielding_ != nullptr) {
      return failed_future<void>(Error(Errc::invalid, "yield while an earlier one is pending"),
                                 site);
    }
    yielding_ = YieldNode<T>::make(current_core(), site, *this, std::move(item));
    Future<void> asked = make_future(static_cast<ValueNode<void>*>(yielding_));
    this->tell();
    return asked;
  }
  void withdraw() noexcept { yielding_ = nullptr; }

 private:
  void work() override {
    if (!std::exchange(started_, true)) {
      running_.await(run_body());
    } else if (yielding_ != nullptr && !yielding_->item) {
      std::exchange(yielding_, nullptr)->resume();
    }
  }
  Future<void> run_body() noexcept {
    try {
      return body_(*this);
    } catch (...) {
      return failed_future<void>(Error(std::current_exception()));
    }
  }
  void arrived(Intake&) noexcept override {
    if (!gone_) this->tell();
  }

  bool has_answer() noexcept override {
    return (yielding_ != nullptr && yielding_->item) || running_.ready();
  }
  Result<std::optional<T>> take_answer() override {
    if (yielding_ != nullptr && yielding_->item) {
      return std::exchange(yielding_->item, std::nullopt);
    }
    Result<void> ended = running_.take<void>();
    if (!ended) return std::move(ended).error();
    return std::optional<T>();
  }

  Body body_;
  bool started_ = false;
  bool gone_ = false;  // the reader
  YieldNode<T>* yielding_ = nullptr;
  Intake running_;
};

}  // namespace eddy::detail
