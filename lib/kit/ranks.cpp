// SPDX-License-Identifier: MIT
#include "ranks.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace eddy::detail {
namespace {

/// Walks from each service to those that it comes after.
class RankWalk {
 public:
  Result<void> visit(ServiceRecord& record) {
    if (const auto known = done_.find(&record); known != done_.end()) {
      return known->second ? Result<void>() : circle(record);
    }
    done_.emplace(&record, false);
    path_.push_back(&record);
    record.rank = 0;
    for (ServiceRecord* before : record.settings.after) {
      if (Result<void> result = visit(*before); !result) return result;
      before->has_followers = true;
      record.rank = std::max(record.rank, before->rank + 1);
    }
    path_.pop_back();
    done_[&record] = true;
    return {};
  }

 private:
  Error circle(const ServiceRecord& record) const {
    std::string text = "services wait for each other: ";
    for (auto step = std::find(path_.begin(), path_.end(), &record); step != path_.end(); ++step)
      text += (*step)->settings.name + " after ";
    return Error(Errc::invalid, text + record.settings.name);
  }

  std::unordered_map<const ServiceRecord*, bool> done_;
  std::vector<const ServiceRecord*> path_;
};

}  // namespace

Result<void> set_ranks(const Records& records) {
  for (const auto& record : records)
    record->has_followers = false;
  RankWalk walk;
  for (const auto& record : records) {
    if (Result<void> result = walk.visit(*record); !result) return result;
  }
  return {};
}

Ranked by_rank(const std::vector<ServiceRecord*>& records) {
  Ranked ranks;
  for (ServiceRecord* record : records) {
    if (ranks.size() <= record->rank) ranks.resize(record->rank + 1);
    ranks[record->rank].push_back(record);
  }
  return ranks;
}

}  // namespace eddy::detail
