#!/bin/sh
# Every test there is: the Rust ones, then each suite that brings what it needs with it (tests/NAME/run.sh). Their
# binary is target/release/unecho.
set -eu
cd "$(dirname "$0")/.."
cargo test --release --locked
for suite in tests/*/run.sh; do
  if [ -f "$suite" ]; then
    echo "== $suite"
    sh "$suite"
  fi
done
