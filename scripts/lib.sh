# Sourced by the scripts beside it. Puts the pinned Bun first on PATH, and installs the packages.
# Leaves the caller in the checkout's root, with the folder it came from in $called_from.

set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

progress() { printf '%s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# engines.bun of package.json is the only place that names the version.
pinned_bun_version() { sed -n 's/^ *"bun": *"\([0-9][^"]*\)".*/\1/p' package.json; }

is_bun() { [ "$("$1" --version 2>/dev/null)" = "$2" ]; }

use_pinned_bun() {
  local version tools="$root/.tools"
  version=$(pinned_bun_version)
  [ -n "$version" ] || fail 'package.json names no engines.bun'
  is_bun bun "$version" && return
  if ! is_bun "$tools/node_modules/.bin/bun" "$version"; then
    install_bun "$version" "$tools"
    is_bun "$tools/node_modules/.bin/bun" "$version" ||
      fail "Bun $version was installed into .tools but does not start there: install it by hand (https://bun.com/docs/installation) and put it on PATH"
  fi
  PATH="$tools/node_modules/.bin:$PATH"
}

install_bun() {
  local version=$1 tools=$2
  mkdir -p "$tools"
  # Without a package.json of its own, an installer would take the checkout's.
  printf '{ "private": true, "trustedDependencies": ["bun"] }\n' >"$tools/package.json"
  if command -v npm >/dev/null; then
    progress "Installing Bun $version into .tools (once)"
    # Fewer retries than npm's own: without a network it would try for ten minutes in silence.
    npm i --prefix "$tools" --no-save --no-audit --no-fund --loglevel=error \
      --fetch-retries=1 --fetch-timeout=60000 "bun@$version" >&2 ||
      fail "npm could not install bun@$version: check the network and npm's registry, then run this again"
  elif command -v bun >/dev/null; then
    progress "Installing Bun $version into .tools with Bun $(bun --version) (once)"
    bun add --cwd "$tools" --silent "bun@$version" >&2 ||
      fail "Bun could not install bun@$version: check the network, then run this again"
  else
    fail "neither npm nor Bun is here: install Bun $version (https://bun.com/docs/installation) or Node.js with npm (https://nodejs.org), then run this again"
  fi
}

# The stamp is written after a whole install, so an interrupted one is done again.
install_packages() {
  local stamp=node_modules/.installed
  [ -e "$stamp" ] && [ ! bun.lock -nt "$stamp" ] && [ ! package.json -nt "$stamp" ] && return
  progress 'Installing packages'
  bun install --frozen-lockfile --silent >&2 ||
    fail 'the packages could not be installed: check the network; if package.json was changed, run bun install and commit bun.lock'
  touch "$stamp"
}

use_pinned_bun
install_packages
