#!/usr/bin/env bash
# eng/in-python.sh NAME COMMAND…: runs a command where that Python lives. bookworm is this machine; of the others'
# roots (eng/python-roots.sh) the present folder is mounted at /mnt and the command starts there. The mounts are the
# command's own and end with it. As root.
set -euo pipefail
name=$1; shift
[ "$name" = bookworm ] && exec "$@"
root=${DLPACK_ROOTS:-/tmp/roots}/$name
[ -d "$root" ] || { echo "There is no $root: eng/python-roots.sh $name makes it." >&2; exit 1; }
exec unshare --mount --propagation private bash -euc '
  root=$0
  for folder in proc sys dev; do mount --rbind "/$folder" "$root/$folder"; done
  mount --bind "$PWD" "$root/mnt"
  mount --bind /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || cp /etc/resolv.conf "$root/etc/resolv.conf"
  exec chroot "$root" env -C /mnt HOME=/root TMPDIR=/tmp "$@"' "$root" "$@"
