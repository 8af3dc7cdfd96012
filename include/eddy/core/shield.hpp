// SPDX-License-Identifier: MIT
//
// Work that soft cancel must not interrupt.
//
// For clean-up use Future::finally, which is shielded by itself. When the one who waits is to be
// cancelled at once while the work goes on, share() the work and cancel a reader, or give the work
// to a TaskGroup and join() it.
#pragma once

#include <eddy/core/detail/shield_node.hpp>
#include <eddy/core/future.hpp>

#include <utility>

namespace eddy {

/// Keeps soft cancel from `work`.
///
/// The work has no other owner than the chain that waits for it, so a cancel is delivered when the
/// work has ended: the chain then fails with Errc::canceled. A value is dropped, an error that the
/// work came to is reported as unread. A timeout() further on cancels the chain and so waits for
/// the work too, but drops it after its 5 s. Cancel: partial, as said; drop drops the work.
template <class T>
Future<T> shield(Future<T> work, Site site = EDDY_HERE) {
  detail::ValueNode<T>* inner = detail::release_node(std::move(work));
  detail::ValueNode<T>* node = detail::ShieldNode<T>::make(*inner->core, site);
  std::ignore = detail::connect(node, inner);
  return detail::make_future(node);
}

}  // namespace eddy
