# SPDX-License-Identifier: Apache-2.0
#
# An overlay port beside the sources: this folder is cmake/recipes/vcpkg/robocache of them.
set(VCPKG_BUILD_TYPE release)  # headers only
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DROBOCACHE_CUDA=OFF -DROBOCACHE_BUILD_TESTS=OFF -DROBOCACHE_BUILD_BENCH=OFF
          -DROBOCACHE_BUILD_EXAMPLES=OFF -DROBOCACHE_BUILD_DOCS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/robocache)
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
