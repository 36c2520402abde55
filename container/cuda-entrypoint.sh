#!/bin/sh
# Starts the server with NVIDIA's forward-compatibility libraries on the path when, and only when, the host's driver is
# older than they are: with a newer driver they would fail. Rules and reasons: docs/image.md, "Drivers".
set -eu

compat=/usr/local/cuda/compat
driver_file=${MODERATION_DRIVER_FILE:-/proc/driver/nvidia/version}

older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

host=$(sed -n 's/.*Kernel Module[^0-9]*\([0-9][0-9.]*\).*/\1/p' "$driver_file" 2>/dev/null | head -n 1 || true)
library=$(readlink -f "$compat/libcuda.so.1" 2>/dev/null || true)
ours=${library##*libcuda.so.}

if [ -n "$host" ] && [ -n "$ours" ] && older "$host" "$ours"; then
  export LD_LIBRARY_PATH="$compat${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  echo "{\"level\":\"info\",\"msg\":\"driver $host is older than the CUDA compatibility libraries $ours: using them\"}"
fi

exec ${MODERATION_NODE:-node} /opt/moderation/dist/bin/moderate.js "$@"
