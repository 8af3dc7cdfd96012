// SPDX-License-Identifier: MIT
//
// Names of the core layer, for headers that only pass them on.
#pragma once

#include <eddy/base/config.hpp>

namespace eddy {

class Loop;
class LoopThread;
class Poster;
class SeparateThreads;
class Task;
class TaskGroup;
class ThreadPool;
class Timer;
template <class T>
class Future;
template <class T>
class Promise;
template <class T>
class SharedFuture;
template <class T>
class AsyncSource;
template <class T>
class AsyncIterator;
template <class T>
class RemotePromise;
template <class T>
class ThreadChannel;

namespace detail {
class ContextKey;
class Hub;
class Node;
class TaskNode;
class TaskRecord;
struct TaskUse;
struct LoopCore;
struct LoopImpl;
}  // namespace detail

}  // namespace eddy
