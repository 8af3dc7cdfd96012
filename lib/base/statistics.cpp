// SPDX-License-Identifier: MIT
#include <eddy/base/statistics.hpp>

#include <mutex>
#include <vector>

namespace eddy {

namespace detail {

/// What a Statistics and its Registrations share; whoever lets go last frees it.
class StatisticList {
 public:
  using Visit = void (*)(const void*, std::string_view, StatisticVisitor&);

  std::uint64_t add(std::string owner, const void* statistic, Visit visit) {
    std::lock_guard lock(mutex_);
    entries_.push_back({++last_id_, std::move(owner), statistic, visit});
    return last_id_;
  }
  void remove(std::uint64_t id) noexcept {
    std::lock_guard lock(mutex_);
    std::erase_if(entries_, [id](const Entry& entry) { return entry.id == id; });
  }
  void visit(StatisticVisitor& visitor) {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_)
      entry.visit(entry.statistic, entry.owner, visitor);
  }

 private:
  struct Entry {
    std::uint64_t id;
    std::string owner;
    const void* statistic;
    Visit visit;
  };

  std::mutex mutex_;
  std::uint64_t last_id_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace detail

Statistics::Registration& Statistics::Registration::operator=(Registration&& other) noexcept {
  Registration old(std::move(*this));
  list_ = std::move(other.list_);
  id_ = other.id_;
  return *this;
}

Statistics::Registration::~Registration() {
  if (list_ != nullptr) list_->remove(id_);
}

Statistics::Statistics() : list_(std::make_shared<detail::StatisticList>()) {}
Statistics::~Statistics() = default;

Statistics::Registration Statistics::add(std::string owner, const void* statistic, Visit visit) {
  return {list_, list_->add(std::move(owner), statistic, visit)};
}

void Statistics::visit(StatisticVisitor& visitor) const {
  list_->visit(visitor);
}

}  // namespace eddy
