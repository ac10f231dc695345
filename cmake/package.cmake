# SPDX-License-Identifier: Apache-2.0
#
# cpack: an archive and a Debian package of the headers, for any processor. Made twice from one commit
# they are the same, byte for byte, if SOURCE_DATE_EPOCH is set.

set(CPACK_PACKAGE_NAME robocache)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_VENDOR "RoboCache")
set(CPACK_PACKAGE_CONTACT "RoboCache developers")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGE_FILE_NAME "robocache-${PROJECT_VERSION}")
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_COMPONENTS_ALL headers)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};robocache;headers;/")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_NAME robocache-dev)
set(CPACK_DEBIAN_FILE_NAME "robocache-dev_${PROJECT_VERSION}_all.deb")
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "RoboCache developers <robocache@example.com>")

# The headers alone, so nothing is built: not for the target `package`, nor by cpack, which asks
# Makefiles for what `install` depends on, but not Ninja, which it need not find for that.
set(CMAKE_SKIP_PACKAGE_ALL_DEPENDENCY ON)
set(CPACK_CMAKE_GENERATOR Ninja)
include(CPack)
