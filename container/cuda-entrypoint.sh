#!/bin/sh
# Starts the server with NVIDIA's forward-compatibility libraries on the path when, and only when, the host's driver is
# older than they are: with a newer driver they would fail. Rules and reasons: docs/image.md, "Drivers".
set -eu

compat=${MODERATION_CUDA_COMPAT:-/usr/local/cuda/compat}
driver_file=${MODERATION_DRIVER_FILE:-/proc/driver/nvidia/version}

version='[0-9]\{3,\}\.[0-9][0-9.]*'
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

host=$(grep '^NVRM version' "$driver_file" 2>/dev/null | grep -o "$version" | head -n 1 || true)
library=$(readlink -f "$compat/libcuda.so.1" 2>/dev/null || true)
ours=$(printf '%s' "${library##*/libcuda.so.}" | grep -o "^$version\$" || true)

if [ "${SAGEMAKER_CUDA_COMPAT_DISABLED:-}" != true ] && [ -n "$host" ] && [ -n "$ours" ] && older "$host" "$ours"; then
  export LD_LIBRARY_PATH="$compat${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  printf '{"level":"info","time":"%s","driver":"%s","compatibility":"%s","message":"%s"}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" "$host" "$ours" \
    'the driver is older than the CUDA compatibility libraries; they are used'
fi

exec ${MODERATION_NODE:-node} /opt/moderation/dist/bin/moderate.js "$@"
