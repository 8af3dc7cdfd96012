// SPDX-License-Identifier: MIT
#include <eddy/base/log_fields.hpp>

#include <eddy/base/address.hpp>
#include <eddy/base/error.hpp>

#include <algorithm>
#include <type_traits>

namespace eddy::log::detail {
namespace {

/// What a field shows if it is no number.
template <class Value>
std::string text_of(const Value& value) {
  if constexpr (std::is_same_v<Value, Error>) {
    return value.message();
  } else {
    return value.to_string();
  }
}

}  // namespace

constinit std::atomic<FieldSource> field_source{nullptr};

BoundFields::~BoundFields() = default;

BoundFields::BoundFields(Fields fields) {
  texts_.reserve(std::min(fields.size(), max_fields));  // or the texts would move
  for (const Field& field : fields)
    add(field);
}

BoundFields::BoundFields(const BoundFields& outer, const BoundFields& inner) {
  texts_.reserve(std::min(outer.fields_.size() + inner.fields_.size(), max_fields));
  const auto again = [&inner](const Field& field) {
    return std::any_of(inner.begin(), inner.end(), [&field](const Field& other) {
      return other.key() == field.key();
    });
  };
  for (const Field& field : inner)
    add(field);
  for (const Field& field : outer) {
    if (!again(field)) add(field);
  }
}

void BoundFields::add(const Field& field) {
  if (fields_.size() == max_fields) return;
  std::string& text = texts_.emplace_back(field.key());
  const std::size_t length = text.size();
  field.visit([this, &text, length](const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_arithmetic_v<Value> || std::is_same_v<Value, Duration>) {
      fields_.emplace_back(std::string_view(text), value);
    } else {
      if constexpr (std::is_same_v<Value, std::string_view>) {
        text += value;
      } else {
        text += text_of(value);
      }
      const std::string_view both = text;
      fields_.emplace_back(both.substr(0, length), both.substr(length));
    }
  });
}

}  // namespace eddy::log::detail
