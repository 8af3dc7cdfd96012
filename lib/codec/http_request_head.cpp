// SPDX-License-Identifier: MIT
#include <eddy/codec/http_request_head.hpp>

#include <cstring>
#include <functional>
#include <new>

namespace eddy::http {

namespace {

// Moves views from one copy of some octets to another. Views of something else - constants such as
// the "/" of an empty path - stay.
class Mover {
 public:
  Mover(ByteView from, const char* to) noexcept : from_(from), to_(to) {}

  ByteView operator()(ByteView view) const noexcept {
    std::less_equal<const char*> not_after;  // a total order, also over unrelated octets
    bool inside = not_after(from_.data(), view.data()) &&
                  not_after(view.data() + view.size(), from_.data() + from_.size());
    return inside ? ByteView(to_ + (view.data() - from_.data()), view.size()) : view;
  }

 private:
  ByteView from_;
  const char* to_;
};

}  // namespace

std::size_t copy_size(const RequestHead& head, ByteView octets) noexcept {
  return head.fields.size() * sizeof(Field) + octets.size();
}

RequestHead copy_head(const RequestHead& head, ByteView octets, void* room) noexcept {
  char* field_room = static_cast<char*>(room);
  char* text = field_room + head.fields.size() * sizeof(Field);
  std::memcpy(text, octets.data(), octets.size());
  Mover moved(octets, text);

  const Field* fields = nullptr;
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    Field* copy = new (field_room + i * sizeof(Field))
        Field{moved(head.fields[i].name), moved(head.fields[i].value)};
    if (i == 0) fields = copy;
  }

  RequestHead result = head;
  for (ByteView* view : {&result.method_name,
                         &result.target,
                         &result.path,
                         &result.query,
                         &result.authority,
                         &result.upgrade}) {
    *view = moved(*view);
  }
  result.fields = Fields(fields, head.fields.size());
  return result;
}

}  // namespace eddy::http
