// SPDX-License-Identifier: MIT
//
// How a Supervisor makes the objects of a service whose type it does not know.
//
// Not for users.
#pragma once

#include <eddy/kit/service.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace eddy::detail {

/// Keeps the Config of a service, and makes a new object of it for every start.
class ServiceFactory {
 public:
  virtual ~ServiceFactory() = default;
  virtual std::unique_ptr<Service> make(Env& env) const = 0;
  /// What is wrong with the Config; empty if nothing is.
  virtual std::vector<std::string> validate() const = 0;
  virtual const char* type_name() const noexcept = 0;
};

template <class Config>
concept Validated = requires(const Config& config) {
  { config.validate() } -> std::convertible_to<std::vector<std::string>>;
};

template <class S>
class FactoryOf final : public ServiceFactory {
  using Config = typename S::Config;
  static_assert(std::derived_from<S, Service>, "a service derives from eddy::Service");
  static_assert(std::copy_constructible<Config>, "a Config is copied for every restart");
  static_assert(!std::is_abstract_v<S>,
                "the service is abstract: derive from it and override what is pure");
  static_assert(std::is_abstract_v<S> || std::constructible_from<S, Env&, Config>,
                "a service is made of (Env&, Config)");

 public:
  explicit FactoryOf(Config config) : config_(std::move(config)) {}

  std::unique_ptr<Service> make(Env& env) const override {
    return std::make_unique<S>(env, Config(config_));
  }
  std::vector<std::string> validate() const override {
    if constexpr (Validated<Config>) {
      return config_.validate();
    } else {
      return {};
    }
  }
  const char* type_name() const noexcept override { return typeid(S).name(); }

 private:
  Config config_;
};

}  // namespace eddy::detail
