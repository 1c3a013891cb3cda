# Install the front-end packages of package-lock.json; where there is no npm, take it from a Python wheel.
# Usage: front-end.sh BIN NODE_LOCK
set -eu
bin=$1 lock=$2

echo "Installing the front-end packages …"
if command -v npm >/dev/null && npm --version >/dev/null 2>&1; then
    npm=npm
else
    "$bin/uv" pip install --quiet --python "$bin/python" --require-hashes -r "$lock"
    PATH="$(cd "$bin" && pwd):$PATH"
    export PATH
    npm="$bin/npm"
fi
npm_config_update_notifier=false "$npm" ci --no-audit --no-fund --ignore-scripts --loglevel=error
