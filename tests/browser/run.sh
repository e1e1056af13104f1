#!/bin/sh
# The report, and HTML pages before and after cleaning (pages.mjs, by hand also on pages of your own), in a real
# browser: Chromium as the system has it, driven by playwright-core; axe-core looks for barriers. Both are installed
# into target/browser. Where there is no node, or nothing can be installed, that is said and the suite is skipped;
# whatever is there and does not work is a failure.
set -eu
cd "$(dirname "$0")/../.."
skip() {
  echo "skipped: $1"
  exit 0
}
command -v node > /dev/null && command -v npm > /dev/null || skip "no node and npm here"
if ! command -v chromium > /dev/null; then
  { [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; } || skip "no chromium here, and no right to install it"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
    > target/chromium.log 2>&1 || skip "chromium cannot be installed (target/chromium.log)"
fi
desk=target/browser
mkdir -p "$desk"
cp tests/browser/package.json "$desk"
if ! [ -d "$desk/node_modules/playwright-core" ] || ! [ -d "$desk/node_modules/axe-core" ]; then
  npm install --prefix "$desk" --no-audit --no-fund --silent > "$desk/npm.log" 2>&1 || skip "playwright-core cannot be installed ($desk/npm.log)"
fi
unecho=${CARGO_TARGET_DIR:-$PWD/target}/release/unecho
[ -x "$unecho" ] || cargo build --release --locked --bin unecho
CHROMIUM=$(command -v chromium)
export CHROMIUM
node tests/browser/run.mjs "$unecho" "$PWD/$desk" "$PWD/tests/hostile.json"
rm -rf "$desk/cases"
mkdir "$desk/cases"
for page in corpus/cases/*/input.html; do
  cp "$page" "$desk/cases/$(basename "$(dirname "$page")").html"
done
node tests/browser/pages.mjs "$unecho" "$PWD/$desk" "$desk/cases" 0
