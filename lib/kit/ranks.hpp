// SPDX-License-Identifier: MIT
//
// In which order services start: rank 0 comes after nobody, each other one after its highest
// predecessor.
#pragma once

#include "service_record.hpp"

#include <eddy/base/result.hpp>

#include <memory>
#include <vector>

namespace eddy::detail {

using Records = std::vector<std::shared_ptr<ServiceRecord>>;
/// Records of equal rank together, lowest rank first; within a rank as they were added.
using Ranked = std::vector<std::vector<ServiceRecord*>>;

/// Sets the ranks of all records. Errors: Errc::invalid for a circle, with its path.
Result<void> set_ranks(const Records& records);

/// Groups some records by the rank that they have.
Ranked by_rank(const std::vector<ServiceRecord*>& records);

}  // namespace eddy::detail
