#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes X.txt from each X.in: every package that it needs, by version and hash, for Python 3.11 and
# later. Needs uv (PyPI); `lock.sh --upgrade` takes the newest of what X.in leaves open.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for names in *.in; do
  {
    echo "# By lock.sh from $names."
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
      --no-annotate --no-header "$@" "$names"
  } >"$names.new"
  mv "$names.new" "${names%.in}.txt"
done
