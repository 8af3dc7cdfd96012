// SPDX-License-Identifier: MIT
// The limit of continuations: the least a promise, its future and a then() can be made of, if the
// continuation must not run inline and a dropped future must not run at all.
//
// Two blocks, one for the promise and one for then(), with plain reference counts; one place in a
// doubly linked ready queue; one indirect call. No errors, no tasks, no thread checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace bench {

/// Free lists of blocks 32 bytes apart.
class SmallPool {
 public:
  static void* get(std::size_t size) {
    const std::size_t index = (size + step - 1) / step;
    if (index >= classes) return ::operator new(size);
    void* block = idle[index];
    if (block == nullptr) return make(index);
    idle[index] = *static_cast<void**>(block);
    return block;
  }
  static void put(void* block, std::size_t size) {
    const std::size_t index = (size + step - 1) / step;
    if (index >= classes) return ::operator delete(block);
    *static_cast<void**>(block) = idle[index];
    idle[index] = block;
  }

 private:
  static constexpr std::size_t step = 32;
  static constexpr std::size_t classes = 8;

  static void* make(std::size_t index) {
    const std::size_t size = index * step;
    return ::operator new(size);
  }

  static inline thread_local void* idle[classes];
};

/// A block that may wait in the ready queue.
class Node {
 public:
  virtual ~Node() = default;
  virtual void run() = 0;
  virtual void destroy() = 0;

  void release() {
    if (--references == 0) destroy();
  }

  Node* next = nullptr;
  Node* previous = nullptr;
  Node* consumer = nullptr;  // borrowed: a consumer that dies takes itself away
  std::uint32_t references = 1;
  bool settled = false;
  bool queued = false;
};

/// First in, first out; what is in it may be taken out anywhere.
class ReadyQueue {
 public:
  void push(Node* node) {
    node->queued = true;
    node->next = nullptr;
    node->previous = last_;
    (last_ != nullptr ? last_->next : first_) = node;
    last_ = node;
  }
  void unlink(Node* node) {
    node->queued = false;
    (node->previous != nullptr ? node->previous->next : first_) = node->next;
    (node->next != nullptr ? node->next->previous : last_) = node->previous;
  }
  void drain() {
    while (Node* node = first_) {
      first_ = node->next;
      (first_ != nullptr ? first_->previous : last_) = nullptr;
      node->queued = false;
      node->run();
    }
  }

 private:
  Node* first_ = nullptr;
  Node* last_ = nullptr;
};

template <class T>
class ValueNode : public Node {
 public:
  explicit ValueNode(ReadyQueue& ready) : queue(&ready) {}
  ~ValueNode() override {
    if (settled) std::destroy_at(&value);
  }

  void settle(T result) {
    std::construct_at(&value, std::move(result));
    settled = true;
    if (consumer != nullptr) queue->push(consumer);
  }

  ReadyQueue* const queue;
  union {
    T value;
  };
};

template <class T>
class PromiseNode final : public ValueNode<T> {
 public:
  using ValueNode<T>::ValueNode;
  void run() override {}
  void destroy() override {
    this->~PromiseNode();
    SmallPool::put(this, sizeof(PromiseNode));
  }
};

template <class T, class F>
class ThenNode final : public ValueNode<std::invoke_result_t<F&, T>> {
 public:
  ThenNode(ValueNode<T>* input, F function)
      : ValueNode<std::invoke_result_t<F&, T>>(*input->queue),
        input_(input),
        function_(std::move(function)) {
    input->consumer = this;
    if (input->settled) this->queue->push(this);
  }

  void run() override {
    ++this->references;  // the function may drop the future that owns this
    ValueNode<T>* input = std::exchange(input_, nullptr);
    auto result = function_(std::move(input->value));
    input->release();
    this->settle(std::move(result));
    this->release();
  }
  void destroy() override {
    if (this->queued) this->queue->unlink(this);
    if (input_ != nullptr) {
      input_->consumer = nullptr;
      input_->release();
    }
    this->~ThenNode();
    SmallPool::put(this, sizeof(ThenNode));
  }

 private:
  ValueNode<T>* input_;
  F function_;
};

template <class T>
class PooledFuture {
 public:
  PooledFuture() = default;
  explicit PooledFuture(ValueNode<T>* node) : node_(node) {}
  PooledFuture(PooledFuture&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  PooledFuture& operator=(PooledFuture&& other) noexcept {
    ValueNode<T>* old = std::exchange(node_, std::exchange(other.node_, nullptr));
    if (old != nullptr) old->release();
    return *this;
  }
  ~PooledFuture() {
    if (node_ != nullptr) node_->release();
  }

  template <class F>
  auto then(F function) && {
    using Link = ThenNode<T, F>;
    void* block = SmallPool::get(sizeof(Link));
    auto* link = ::new (block) Link(std::exchange(node_, nullptr), std::move(function));
    return PooledFuture<std::invoke_result_t<F&, T>>(link);
  }

 private:
  ValueNode<T>* node_ = nullptr;
};

template <class T>
class PooledPromise {
 public:
  explicit PooledPromise(ReadyQueue& queue)
      : node_(::new (SmallPool::get(sizeof(PromiseNode<T>))) PromiseNode<T>(queue)) {}
  PooledPromise(const PooledPromise&) = delete;
  PooledPromise& operator=(const PooledPromise&) = delete;
  ~PooledPromise() {
    if (node_ != nullptr) node_->release();
  }

  PooledFuture<T> future() {
    ++node_->references;
    return PooledFuture<T>(node_);
  }
  void set_value(T value) && {
    PromiseNode<T>* node = std::exchange(node_, nullptr);
    node->settle(std::move(value));
    node->release();
  }

 private:
  PromiseNode<T>* node_;
};

}  // namespace bench
