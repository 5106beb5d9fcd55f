# Sourced by every script: where the project is, and how a script speaks. Standard output is for results.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build

# say WORDS...: what is being done.
say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

# stop WORDS...: what is wrong, its likely cause and what to do. Status 2: wrong usage, bad input or a missing thing.
stop() {
  say "$*"
  exit 2
}

# The sentence for a download that did not come.
no_network() { # WHAT SO_DO
  stop "could not fetch $1: no network, or one that does not reach it. $2"
}

# usage: the comment at the top of the calling script, without its first line.
usage() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }
