#!/bin/sh
# The Python package as a user gets it: packed as a source distribution, built from that, installed into an environment of
# its own, and tested there. Needs python3 with venv; everything is kept in target. What the root package stands on as well
# is compiled there already, where the profile is the same.
set -eu
cd "$(dirname "$0")/../.."
work=$PWD/target/python
mkdir -p "$work"
# What is imported is compiled once, and beside the sources of nothing.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}" PYTHONPYCACHEPREFIX="$work/pycache" PIP_DISABLE_PIP_VERSION_CHECK=1

# The package has a lock of its own, which knows the dependencies of the root package, too.
cargo metadata --locked --quiet --format-version 1 --manifest-path python/Cargo.toml > /dev/null || {
  echo "then commit the lock that this writes: cargo update --manifest-path python/Cargo.toml --package unecho"
  exit 1
}

# A new environment where the requirements or the interpreter are other ones.
wanted=$(python3 -V; cat tests/python/requirements.txt)
if [ "$wanted" != "$(cat "$work/installed" 2>/dev/null)" ]; then
  rm -rf "$work/venv" "$work/installed"
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --no-compile --requirement tests/python/requirements.txt
  echo "$wanted" > "$work/installed"
fi
PATH=$work/venv/bin:$PATH

rm -rf "$work/dist"
maturin sdist --manifest-path python/Cargo.toml --out "$work/dist" > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
python tests/python/unpack.py "$work"/dist/*.tar.gz "$work/source"
pip install --quiet --no-compile --force-reinstall --no-deps --no-build-isolation \
  --config-settings build-args="--locked" "$work/source"

pytest -q -p no:cacheprovider -W ignore::FutureWarning --doctest-glob='*.md' \
  tests/python README.md python/README.md python/RECIPES.md
cd "$work"
mypy --strict --cache-dir "$work/mypy" ../../tests/python/typed.py
stubtest --mypy-config-file ../../tests/python/mypy.ini --allowlist ../../tests/python/stubtest.txt unecho
