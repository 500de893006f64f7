#!/bin/sh
# Installs what the tests need beside Python packages: a browser, fonts, and an independent mail parser in Node.
# As root on Debian the system's packages are used; elsewhere the browser that is there, or Playwright's own.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    missing=""
    for package in chromium fonts-liberation fonts-noto-cjk fonts-noto-core fonts-noto-color-emoji; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        echo "Installing$missing ..."
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    fi
elif ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    .venv/bin/playwright install chromium
fi

# Node comes from a Python wheel; its packages are pinned with integrity hashes in a lock that names no host.
PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm ci --prefix tests/node --no-audit --no-fund --ignore-scripts --silent
