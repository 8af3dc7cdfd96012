// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/task_dump.hpp>

#include <string_view>
#include <utility>

#include "base/log_format.hpp"
#include "core/task_node.hpp"

namespace eddy {
namespace {

using detail::Node;
using detail::NodeState;

/// Follows the chains below a task down to what they wait for.
class Search {
 public:
  Search(Node* end, TaskReport& report) : report_(report) {
    Node* arms = nullptr;  // of the forks on the way, still to be visited
    for (Node* node = end; node != nullptr;) {
      descend(node, arms);
      node = nullptr;
      while (arms != nullptr && node == nullptr)
        node = std::exchange(arms, arms->next)->input;
    }
  }
  /// Where the log fields are looked up.
  detail::TaskUse* scope() const noexcept { return scope_; }

 private:
  void descend(Node* node, Node*& arms) {
    for (;;) {
      if (node->settled()) return;  // an arm of a fork that waits for others
      Node* const before = arms;
      node->list_arms(arms);
      if (node->state == NodeState::queued) return found(*node, "its turn to run");
      if (node->state == NodeState::running) return found(*node, "nothing, it runs");
      if (node->input == nullptr) {
        if (arms == before) found(*node, node->waits_for());
        return;
      }
      node = node->input;
    }
  }
  void found(const Node& node, const char* what) {
    if (scope_ == nullptr) scope_ = node.task;
    if (report_.waits.size() == TaskReport::max_waits) {
      ++report_.more_waits;
    } else {
      report_.waits.push_back(TaskWait{what, node.site()});
    }
  }

  TaskReport& report_;
  detail::TaskUse* scope_ = nullptr;
};

std::string place(Site site) {
  const std::string_view path = site.file;
  return std::string(path.substr(path.rfind('/') + 1)) + ':' + std::to_string(site.line);
}

std::string text_of(const TaskReport& report) {
  std::string text;
  for (const TaskWait& wait : report.waits) {
    if (!text.empty()) text += ", ";
    text.append(wait.what);
    if (wait.site.line != 0) text.append(" at ").append(place(wait.site));
  }
  if (report.more_waits > 0) text += ", and " + std::to_string(report.more_waits) + " more";
  return text;
}

/// Calls `use` with the fields of a report, where the task's own log fields are in force.
template <class Use>
void with_fields(const TaskReport& report,
                 detail::LoopCore& core,
                 detail::TaskUse* scope,
                 Use use) {
  const std::string waits = text_of(report);
  const std::string spawned = place(report.spawned);
  detail::TaskUse* const outer = std::exchange(core.current_task, scope);
  use({{"name", report.task.name()},
       {"age", report.age},
       {"waits_for", waits},
       {"spawned", spawned}});
  core.current_task = outer;
}

/// Calls `use` for every task of the loop.
template <class Use>
void each_task(Loop& loop, Use use) {
  detail::LoopCore& core = detail::core_of(loop);
  core.check_thread();
  auto& tasks = detail::LoopImpl::of(loop).tasks;
  for (detail::TaskNode* node = tasks.first(); node != nullptr; node = tasks.next(*node)) {
    detail::TaskRecord& record = node->record();
    TaskReport report{
        detail::TaskRecord::handle(&record), loop.now() - record.started, record.site, {}, 0, {}};
    const Search search(node, report);
    with_fields(report, core, search.scope(), [&report, &use](log::Fields fields) {
      use(std::move(report), fields);
    });
  }
}

}  // namespace

std::vector<TaskReport> inspect_tasks(Loop& loop) {
  std::vector<TaskReport> reports;
  each_task(loop, [&reports](TaskReport&& report, log::Fields fields) {
    log::detail::Line line;
    log::detail::format_record(line,
                               log::Format::plain,
                               log::Level::info,
                               WallTime(),
                               "task",
                               fields,
                               log::detail::bound_here());
    report.line = line.view();
    reports.push_back(std::move(report));
  });
  return reports;
}

std::string dump_tasks(Loop& loop) {
  std::string text;
  for (const TaskReport& report : inspect_tasks(loop))
    text += report.line;
  return text;
}

Result<SignalWatcher> dump_tasks_on_signal(Loop& loop, int signal, Site site) {
  return SignalWatcher::watch(
      loop,
      signal,
      [&loop](int) {
        log::warning("dump of all tasks", {{"tasks", all_tasks(loop).size()}});
        each_task(loop, [](TaskReport&&, log::Fields fields) { log::warning("task", fields); });
      },
      site);
}

}  // namespace eddy
