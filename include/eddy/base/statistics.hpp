// SPDX-License-Identifier: MIT
//
// The list of what can be measured in a program: who has statistics, under which name.
//
// Owners add their struct (base/statistic.hpp) and keep the Registration beside it; exporters
// visit. The list is passed by reference, for there is no global one.
#pragma once

#include <eddy/base/statistic.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace eddy {

namespace detail {
class StatisticList;
}

/// Sees each number of each struct in a Statistics.
class EDDY_EXPORT StatisticVisitor {
 public:
  virtual ~StatisticVisitor() = default;
  virtual void visit(std::string_view owner, std::string_view field, const Counter&) = 0;
  virtual void visit(std::string_view owner, std::string_view field, const Gauge&) = 0;
  virtual void visit(std::string_view owner, std::string_view field, const Histogram&) = 0;
};

/// Structs of statistics under the names of their owners.
///
/// Thread: any.
class EDDY_EXPORT Statistics {
 public:
  /// Lists a struct for as long as it lives; declare it after the struct, so that it dies first.
  class EDDY_EXPORT Registration {
   public:
    Registration() noexcept = default;
    Registration(Registration&& other) noexcept = default;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

   private:
    friend class Statistics;
    Registration(std::shared_ptr<detail::StatisticList> list, std::uint64_t id) noexcept
        : list_(std::move(list)), id_(id) {}

    std::shared_ptr<detail::StatisticList> list_;
    std::uint64_t id_ = 0;
  };

  Statistics();
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;
  ~Statistics();

  /// Lists `statistic` under `owner`; several may share a name.
  ///
  /// Lifetime: `statistic` must outlive the Registration, which may outlive this object.
  template <class Struct>
  [[nodiscard]] Registration add(std::string owner, const Struct& statistic) {
    return add(std::move(owner), &statistic, &visit_fields<Struct>);
  }

  /// Shows all numbers to `visitor` in the order in which their owners came.
  ///
  /// Nothing is added or removed meanwhile; the visitor must not do so either.
  void visit(StatisticVisitor& visitor) const;

 private:
  using Visit = void (*)(const void* statistic, std::string_view owner, StatisticVisitor& visitor);

  template <class Struct>
  static void visit_fields(const void* statistic,
                           std::string_view owner,
                           StatisticVisitor& visitor) {
    static_cast<const Struct*>(statistic)->visit(
        [owner, &visitor](std::string_view field, const auto& number) {
          visitor.visit(owner, field, number);
        });
  }

  Registration add(std::string owner, const void* statistic, Visit visit);

  std::shared_ptr<detail::StatisticList> list_;
};

}  // namespace eddy
