#!/usr/bin/env bash
# Installs what the tests need and says what it cannot install. Never skips anything silently.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
    printf 'setup: %s is missing and could not be installed.\n       %s\n' "$1" "$2" >&2
    exit 1
}

# Installs a package of the system where that is possible without asking anyone.
install_package() {
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        [ -n "${apt_is_fresh:-}" ] || { apt-get update -qq && apt_is_fresh=yes; }
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        return 1
    fi
}

command -v node >/dev/null && command -v npm >/dev/null ||
    install_package nodejs npm ||
    fail 'Node.js with npm' 'Install Node.js 18 or newer (on Debian: sudo apt-get install nodejs npm).'

# The stamp says which lock file is installed. Not `npm ci`: it wants every platform's build of anvil in the
# lock file, and registries that mirror only some of them leave the others out.
stamp=node/node_modules/.installed
if ! cmp -s node/package-lock.json "$stamp"; then
    (cd node && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error) ||
        fail 'anvil or another npm package' 'See the message of npm above; `cd tests/support/node && npm install --no-save --ignore-scripts` tries again.'
    cp node/package-lock.json "$stamp"
fi

# Python that has what `venv` needs: Debian keeps that in a package of its own.
has_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
has_venv || install_package python3 python3-venv ||
    fail 'Python 3 with venv' 'Install Python 3.11 or newer (on Debian: sudo apt-get install python3 python3-venv).'
stamp=python/.venv/.installed
if ! cmp -s python/requirements.txt "$stamp"; then
    rm -rf python/.venv
    { python3 -m venv python/.venv &&
        python/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r python/requirements.txt; } ||
        fail 'a Python package' 'See the message of pip above; `tests/support/setup.sh` tries again.'
    cp python/requirements.txt "$stamp"
fi

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    return 1
}
find_browser >/dev/null ||
    install_package chromium ||
    fail 'a browser' 'Install Chromium (on Debian: sudo apt-get install chromium) or Google Chrome.'
find_browser >/dev/null || fail 'a browser' 'Chromium was installed but is not in PATH.'

# Reads what is written as PDF.
for tool in pdftotext qpdf; do
    command -v "$tool" >/dev/null || install_package poppler-utils qpdf ||
        fail "$tool" 'Install Poppler and QPDF (on Debian: sudo apt-get install poppler-utils qpdf).'
done
