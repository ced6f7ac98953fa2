#!/bin/sh
# Opens the gate's HTML pages in headless Chromium (make browser-test). Installs
# what is missing: Debian's chromium with apt-get, the rest with npm.
# CHROMIUM names another browser; screenshots are left in .cache/browser.
set -eu
cd "$(dirname "$0")"
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then
	as_root=
	[ "$(id -u)" = 0 ] || as_root=sudo
	$as_root apt-get update -q
	$as_root apt-get install -y -q --no-install-recommends chromium fonts-liberation
fi
[ -d node_modules ] || npm ci --no-audit --no-fund --ignore-scripts
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
exec npm test --silent
