// SPDX-License-Identifier: MIT
//
// Statistics as JSON, for GET /stats.
#pragma once

#include <eddy/base/statistics.hpp>

#include <string>

namespace sample {

/// `{"http":{"requests":12,...},"tcp":{...}}`: an object for each owner, and its numbers in it.
///
/// Owners' names must need no escapes.
std::string json_of(const eddy::Statistics& statistics);

}  // namespace sample
