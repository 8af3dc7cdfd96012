// SPDX-License-Identifier: MIT
//
// What the sample server answers over HTTP.
#pragma once

#include <eddy/base/statistics.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/net/routes.hpp>

namespace sample {

/// | request            | answer                                             |
/// |--------------------|----------------------------------------------------|
/// | GET /              | "hello, world"                                     |
/// | GET /hello/{name}  | a greeting                                         |
/// | POST /echo         | the body, as it comes, of any size                 |
/// | GET /slow?ms=N     | an answer after N milliseconds, at most a minute   |
/// | GET /health        | "ok"                                               |
/// | GET /stats         | all of `statistics` as JSON                        |
///
/// Lifetime: `loop` and `statistics` must outlive the server that gets the routes.
eddy::http::Routes make_routes(eddy::Loop& loop, const eddy::Statistics& statistics);

}  // namespace sample
