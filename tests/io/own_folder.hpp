// SPDX-License-Identifier: MIT
//
// A folder of a test's own, gone with everything in it when the test is over.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace eddy::testing {

class OwnFolder {
 public:
  OwnFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "eddy-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  ~OwnFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const noexcept { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  /// Puts a file there, in the place of one that there may be, and gives its path.
  std::string put(std::string_view name, std::string_view text = {}) const {
    const std::string path = *this / name;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    return path;
  }
  std::string content(std::string_view name) const {
    std::ifstream in(*this / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void append(std::string_view name, std::string_view text) const {
    std::ofstream(*this / name, std::ios::binary | std::ios::app) << text;
  }
  /// What is in it, or in the folder `below`: names, sorted, with spaces between them.
  std::string names(std::string_view below = {}) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(*this / below))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    std::string all;
    for (const std::string& name : found)
      all += (all.empty() ? "" : " ") + name;
    return all;
  }

 private:
  std::string path_;
};

}  // namespace eddy::testing
