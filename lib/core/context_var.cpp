// SPDX-License-Identifier: MIT
#include <eddy/core/context_var.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <tuple>

#include "core/task_scope.hpp"

namespace eddy::detail {
namespace {

constinit std::atomic<std::uint64_t> next_serial{1};

std::uint64_t serial_of(ContextSlot& slot) noexcept {
  if (slot.serial == 0) slot.serial = next_serial.fetch_add(1, std::memory_order_relaxed);
  return slot.serial;
}

/// Puts a changed copy in the place of the values, and gives what the key had. Null unsets it.
std::shared_ptr<const void> replace(ContextSlot& slot, ContextEntry&& entry) {
  auto changed = slot.values == nullptr ? std::make_shared<ContextValues>()
                                        : std::make_shared<ContextValues>(*slot.values);
  auto& entries = changed->entries;
  const auto place = std::find_if(entries.begin(), entries.end(), [&entry](const ContextEntry& e) {
    return e.key == entry.key;
  });
  std::shared_ptr<const void> before;
  if (place != entries.end()) {
    before = std::move(place->value);
    entries.erase(place);
  }
  if (entry.value != nullptr) entries.push_back(std::move(entry));
  // The old values die after the new ones are in place: their destructors may look.
  const CapturedContext old = std::exchange(slot.values, std::move(changed));
  return before;
}

}  // namespace

const void* ContextKey::find(const void* type) const noexcept {
  const ContextSlot* slot = current_slot();
  if (slot == nullptr || slot->values == nullptr) return nullptr;
  for (const ContextEntry& entry : slot->values->entries) {
    if (entry.key == this && entry.type == type) return entry.value.get();
  }
  return nullptr;
}

ContextToken ContextKey::put(const void* type, std::shared_ptr<const void> value) const {
  ContextSlot& slot = slot_to_change();
  ContextToken token;
  token.before_ = replace(slot, ContextEntry{this, type, std::move(value)});
  token.key_ = this;
  token.serial_ = serial_of(slot);
  return token;
}

Result<void> ContextKey::take_back(const void* type, ContextToken&& token) const {
  const ContextToken used = std::move(token);
  if (used.key_ == nullptr) return Error(Errc::invalid, "a context token was used twice");
  if (used.key_ != this) return Error(Errc::invalid, "a context token is of another variable");
  ContextSlot* slot = current_slot();
  if (slot == nullptr || slot->serial != used.serial_) {
    return Error(Errc::invalid, "a context token is of another task");
  }
  std::ignore = replace(*slot, ContextEntry{this, type, used.before_});
  return {};
}

Error ContextKey::unset_error() const {
  return Error(unset_, "context variable '" + std::string(name_) + "' is not set");
}

}  // namespace eddy::detail
