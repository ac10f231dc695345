# SPDX-License-Identifier: Apache-2.0
"""Conan 2 recipe of the headers: conan create cmake/recipes/conan"""

import os
import re

from conan import ConanFile
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class RobocacheConan(ConanFile):
    name = "robocache"
    license = "Apache-2.0"
    description = "GPU preprocessing of robot sensor data, header-only CUDA C++17"
    topics = ("robotics", "cuda", "resampling", "voxels", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    @property
    def _root(self):
        return os.path.normpath(os.path.join(self.recipe_folder, "..", "..", ".."))

    def set_version(self):
        text = load(self, os.path.join(self._root, "include", "robocache", "version.hpp"))
        numbers = re.findall(r"#define ROBOCACHE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text)
        self.version = ".".join(numbers)

    def export_sources(self):
        copy(self, "include/*", self._root, self.export_sources_folder)
        copy(self, "LICENSE", self._root, self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*", os.path.join(self.source_folder, "include"),
             os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "robocache")
        self.cpp_info.set_property("cmake_target_name", "robocache::robocache")
        self.cpp_info.set_property("pkg_config_name", "robocache")
