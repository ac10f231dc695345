// SPDX-License-Identifier: Apache-2.0
#include "toolkit_errors.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace robocache_test {

std::vector<toolkit_error> toolkit_errors() {
  std::ifstream file(ROBOCACHE_TEST_CUDA_INCLUDE "/driver_types.h");
  std::stringstream text;
  text << file.rdbuf();
  const std::string header = text.str();

  std::vector<toolkit_error> errors;
  std::size_t at = header.find("cudaSuccess ");
  const std::size_t end = header.find("};", at);
  if (at == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("driver_types.h has no enum with cudaSuccess");
  }
  // "/* comment */ name = code,", the name's place being where a line begins with it.
  while (at < end) {
    const std::size_t equals = header.find('=', at);
    std::size_t name = header.rfind("cuda", equals);
    if (equals >= end) break;
    const std::size_t name_end = header.find_first_of(" \t=", name);
    const std::size_t after = header.find_first_not_of(" \t", equals + 1);
    toolkit_error error;
    error.name = header.substr(name, name_end - name);
    error.code = std::stoi(header.substr(after));
    error.comment = header.substr(at, name - at);
    errors.push_back(error);
    at = header.find_first_not_of("0123456789", after);
  }
  if (errors.size() < 100) throw std::runtime_error("driver_types.h was not understood");
  return errors;
}

}  // namespace robocache_test
