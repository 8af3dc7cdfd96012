// SPDX-License-Identifier: MIT
#include "json.hpp"

#include <string_view>

namespace sample {
namespace {

class JsonWriter final : public eddy::StatisticVisitor {
 public:
  void visit(std::string_view owner,
             std::string_view field,
             const eddy::Counter& counter) override {
    add(owner, field, std::to_string(counter.value()));
  }
  void visit(std::string_view owner, std::string_view field, const eddy::Gauge& gauge) override {
    add(owner, field, std::to_string(gauge.value()));
  }
  void visit(std::string_view owner,
             std::string_view field,
             const eddy::Histogram& histogram) override {
    add(owner, field, std::to_string(histogram.count()));
  }

  std::string finish() && { return text_.empty() ? "{}\n" : std::move(text_) + "}}\n"; }

 private:
  void add(std::string_view owner, std::string_view field, const std::string& number) {
    if (owner != owner_ || text_.empty()) {
      text_ += text_.empty() ? "{" : "},";
      text_.append("\"").append(owner).append("\":{");
      owner_ = owner;
    } else {
      text_ += ',';
    }
    text_.append("\"").append(field).append("\":").append(number);
  }

  std::string text_;
  std::string owner_;
};

}  // namespace

std::string json_of(const eddy::Statistics& statistics) {
  JsonWriter writer;
  statistics.visit(writer);
  return std::move(writer).finish();
}

}  // namespace sample
