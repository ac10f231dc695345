#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What a release consists of, made from the commit that is checked out: the source archive, the
# archive and the Debian package of the headers, bills of materials, SHA256SUMS. Two runs on one
# commit give the same bytes.
#
#   package.sh OUT [PYTHON]
#
# PYTHON has the packages of requirements/sbom.txt (default python3).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
python=${2:-python3}
if [ -n "$(ls -A "$out")" ]; then
  echo "package.sh: $out is not empty" >&2
  exit 2
fi

SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# From the commit, not from what lies about in the working tree.
git -C "$root" archive --format=tar --prefix=source/ HEAD | tar -x -C "$build"
cmake -S "$build/source" -B "$build/build" -DROBOCACHE_CUDA=OFF -DROBOCACHE_BUILD_TESTS=OFF \
  -DROBOCACHE_BUILD_BENCH=OFF -DROBOCACHE_BUILD_EXAMPLES=OFF -DROBOCACHE_BUILD_DOCS=OFF \
  -DCMAKE_INSTALL_PREFIX=/usr >"$build/log" || { cat "$build/log" >&2; exit 1; }
(cd "$build/build" && cpack -G "TGZ;DEB") >"$build/log" || { cat "$build/log" >&2; exit 1; }
version=$(sed -n 's/^set(CPACK_PACKAGE_VERSION "\(.*\)")$/\1/p' "$build/build/CPackConfig.cmake")
cp "$build/build/robocache-$version.tar.gz" "$build/build/robocache-dev_${version}_all.deb" "$out"
git -C "$root" archive --format=tar --prefix="robocache-$version-source/" HEAD |
  gzip -9n >"$out/robocache-$version-source.tar.gz"
"$python" "$root/cmake/sbom.py" "$build/build" "$out/robocache-$version.tar.gz" "$out"
(cd "$out" && sha256sum -- * >"$build/sums" && mv "$build/sums" SHA256SUMS && cat SHA256SUMS)
