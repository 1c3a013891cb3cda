# Make the virtual environment and put uv into it.
# Usage: environment.sh PYTHON VENV BOOTSTRAP_LOCK
set -eu
python=$1 venv=$2 lock=$3

if [ -z "$python" ]; then
    echo "Kexin needs Python 3.11 or newer: install it, or say PYTHON=/path/to/python3." >&2
    exit 1
fi

say_what_is_missing() {
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "This Python lacks the module venv or ensurepip: install the package python3-venv (or python$version-venv)." >&2
    exit 1
}

has_venv() { "$python" -c 'import venv, ensurepip' 2>/dev/null; }

if ! [ -x "$venv/bin/python" ]; then
    echo "Making the virtual environment …"
    if ! has_venv && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing the package python3-venv …"
        { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv; } >&2 || true
    fi
    if has_venv; then
        "$python" -m venv "$venv"
    elif "$python" -c 'import venv, pip' 2>/dev/null; then
        "$python" -m venv --without-pip "$venv"
    else
        say_what_is_missing
    fi
fi

if "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    pip="$venv/bin/python -m pip"
else
    pip="$python -m pip --python $venv/bin/python"
fi
$pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
