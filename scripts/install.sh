#!/bin/sh
# Makes the virtual environment and installs the project. The stamp is written last, so that an
# interrupted or failed run is simply made again. Usage: install.sh VENV
set -eu
venv=$1

fail() {
  printf 'Error: %s\n' "$1" >&2
  exit 1
}

usable() {
  "$1" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null
}

find_python() {
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 && usable "$name"; then
      printf '%s' "$name"
      return
    fi
  done
}

enough_disk() {
  free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
  [ "$free_kb" -ge 4000000 ]
}

python=$(find_python)
[ -n "$python" ] || fail "Python 3.11 to 3.14 is needed and was not found; install it, or name it: make serve PYTHON=/path/to/python3.11"
if ! [ -x "$venv/bin/python" ] || ! usable "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  enough_disk || fail "less than 4 GB of disk are free here, too little to install; free some space and run the command again."
  printf 'Making the virtual environment %s\n' "$venv"
  rm -rf "$venv"
  "$python" -m venv "$venv" || fail "the virtual environment could not be made with $python; on Debian and Ubuntu install python3-venv."
fi
printf 'Installing (a few minutes the first time)\n'
log=$venv/install.log
if ! "$venv/bin/python" -m pip install --progress-bar off -e '.[test,lint]' >"$log" 2>&1; then
  if grep -qi 'no space left' "$log"; then
    fail "the disk is full; free some space and run the command again."
  elif grep -qiE 'connection|timed out|resolve|unreachable|no matching distribution' "$log"; then
    fail "the package index could not be reached or lacks a package ($(grep -iE 'ERROR' "$log" | tail -n 1)); check the network or proxy and run the command again. Details: $log"
  fi
  fail "installation failed ($(grep -E 'ERROR|error' "$log" | tail -n 1)); details: $log"
fi
touch "$venv/.installed"
