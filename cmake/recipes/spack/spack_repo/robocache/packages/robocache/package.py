# SPDX-License-Identifier: Apache-2.0
from spack.package import *
from spack_repo.builtin.build_systems.cmake import CMakePackage


class Robocache(CMakePackage):
    """GPU preprocessing of robot sensor data, header-only CUDA C++17."""

    license("Apache-2.0")

    # Of a checkout, there: spack dev-build robocache@0.1.0
    version("0.1.0")

    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")

    def cmake_args(self):
        return [
            self.define("ROBOCACHE_CUDA", "OFF"),
            self.define("ROBOCACHE_BUILD_TESTS", False),
            self.define("ROBOCACHE_BUILD_BENCH", False),
            self.define("ROBOCACHE_BUILD_EXAMPLES", False),
            self.define("ROBOCACHE_BUILD_DOCS", False),
        ]
