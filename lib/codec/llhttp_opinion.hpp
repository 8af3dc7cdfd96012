// SPDX-License-Identifier: MIT
//
// What llhttp, in strict mode, says about a head: the second opinion.
#pragma once

#include <eddy/base/bytes.hpp>

namespace eddy::http::detail {

/// True if llhttp takes `head`, to its last octet, as one complete request head.
///
/// llhttp refuses methods it has not heard of. For one of those, `method` names its octets inside
/// `head`, and llhttp is shown POST in their place; else `method` is empty.
bool llhttp_accepts(ByteView head, ByteView method = {}) noexcept;

}  // namespace eddy::http::detail
