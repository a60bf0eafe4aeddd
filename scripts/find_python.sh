#!/bin/sh
# Prints a Python 3.11 or newer that really answers (a pyenv shim answers only for the versions that are selected).
set -eu

answers() {
    "$1" -I -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

for candidate in .tools/uv/bin/python python3.13 python3.12 python3.11 python3 python; do
    if answers "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done

if command -v pyenv >/dev/null 2>&1; then
    for version in 3.13 3.12 3.11; do
        if prefix=$(pyenv prefix "$version" 2>/dev/null) && answers "$prefix/bin/python"; then
            echo "$prefix/bin/python"
            exit 0
        fi
    done
fi

echo "No Python 3.11, 3.12 or 3.13 answers: install one (https://www.python.org/downloads/) and try again." >&2
exit 1
