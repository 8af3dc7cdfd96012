// SPDX-License-Identifier: MIT
//
// Fields with memory of their own: trailers, which outlive the decoder that found them.
//
// Private to net.
#pragma once

#include <eddy/codec/http_fields.hpp>

#include <memory>
#include <string>
#include <vector>

namespace eddy::http::detail {

class OwnedFields {
 public:
  OwnedFields() = default;
  explicit OwnedFields(const Fields& fields) {
    if (fields.empty()) return;
    copy_ = std::make_unique<Copy>();
    for (const Field& field : fields)
      copy_->text.append(field.name).append(field.value);
    ByteView rest = copy_->text;
    for (const Field& field : fields) {
      const ByteView name = rest.substr(0, field.name.size());
      rest.remove_prefix(field.name.size());
      copy_->fields.push_back({name, rest.substr(0, field.value.size())});
      rest.remove_prefix(field.value.size());
    }
  }

  Fields view() const noexcept {
    return copy_ == nullptr ? Fields() : Fields(copy_->fields.data(), copy_->fields.size());
  }

 private:
  struct Copy {
    std::string text;
    std::vector<Field> fields;
  };

  std::unique_ptr<Copy> copy_;  // almost always null
};

}  // namespace eddy::http::detail
