# Print the newest Python on this machine that is at least 3.11; nothing if there is none.
for name in ${PYTHON:-} python3.14 python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
