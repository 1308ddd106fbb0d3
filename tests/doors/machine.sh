#!/bin/bash
# machine.sh: a throw-away machine over the running one. Copy-on-write root (overlay, upper layer in
# memory), its own processes, network (loopback only), names and mounts; whatever is done in it is gone
# when its first process ends, and so is every process in it. Needs root. Runs until it is killed.
set -euo pipefail
[ "${1:-}" = inside ] || exec unshare --mount --pid --net --uts --ipc --fork --kill-child \
    --propagation private -- "$BASH" "$(readlink -f "$0")" inside

T=/mnt
mount -t tmpfs -o mode=755 machine "$T"
mkdir "$T"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$T/upper,workdir=$T/work" "$T/root"
R=$T/root
mount -t proc proc "$R/proc"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t tmpfs -o mode=755 run "$R/run"
mkdir -p "$R/run/lock" "$R/run/sshd"
mount -t tmpfs -o mode=755 dev "$R/dev"
mkdir "$R"/dev/{pts,shm}
for device in null zero full random urandom tty; do
    : >"$R/dev/$device"
    mount --bind "/dev/$device" "$R/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$R/dev/pts"
ln -s pts/ptmx "$R/dev/ptmx"
mount -t tmpfs -o mode=1777 shm "$R/dev/shm"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%%:*}" "$R/dev/${number#*:}"; done
ln -s /proc/self/fd "$R/dev/fd"
ip link set lo up 2>/dev/null || ifconfig lo up
hostname doors
# The first process of a machine: it waits for nobody, so the kernel clears away what ends.
exec chroot "$R" /usr/bin/python3 -I -c '
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
while True:
    signal.pause()'
