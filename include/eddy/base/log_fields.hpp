// SPDX-License-Identifier: MIT
//
// Fields that are kept, to be part of every record that a piece of work writes.
//
// Not for users, who have log::with() of core/log_with.hpp.
#pragma once

#include <eddy/base/log.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace eddy::log::detail {

/// Copies of fields, with the memory that they refer to. Never changes.
class EDDY_EXPORT BoundFields {
 public:
  /// More of them are left out.
  static constexpr std::size_t max_fields = 32;

  explicit BoundFields(Fields fields);
  /// What `inner` has, and then what `outer` has under other keys.
  BoundFields(const BoundFields& outer, const BoundFields& inner);
  BoundFields(const BoundFields&) = delete;
  BoundFields& operator=(const BoundFields&) = delete;
  ~BoundFields();

  const Field* begin() const noexcept { return fields_.data(); }
  const Field* end() const noexcept { return fields_.data() + fields_.size(); }

 private:
  void add(const Field& field);

  std::vector<Field> fields_;
  std::vector<std::string> texts_;
};

/// The lists that hold for a record, innermost first. A key of an inner list hides that of an
/// outer.
struct FieldLists {
  static constexpr std::size_t max_lists = 16;  // more are not looked at

  void add(const BoundFields* list) noexcept {
    if (list != nullptr && count < max_lists) lists[count++] = list;
  }

  std::size_t count = 0;
  const BoundFields* lists[max_lists];
};

/// Gives the fields that are bound where it is called. Must be fit for a signal handler.
using FieldSource = void (*)(FieldLists& found) noexcept;
/// Set by the first to bind fields.
EDDY_EXPORT extern constinit std::atomic<FieldSource> field_source;

}  // namespace eddy::log::detail
