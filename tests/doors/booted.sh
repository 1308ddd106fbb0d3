#!/bin/bash
# booted.sh TREE: a throw-away Debian machine with systemd, over the tree TREE, which stays as it is. The
# terminal that this runs on is its console. Whenever it is switched off, it is switched on again. Needs
# root and systemd-nspawn. Runs until it is killed, and so does every process in it.
set -euo pipefail
if [ "${2:-}" != inside ]; then
    # Control groups of its own, else the systemd of another machine would take these for its own.
    for groups in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        [ -e "$groups/cgroup.procs" ] || continue
        mkdir "$groups/boxmgmt-$$"
        echo $$ >"$groups/boxmgmt-$$/cgroup.procs"
    done
    exec unshare --mount --pid --net --fork --kill-child --mount-proc \
        --propagation private -- "$BASH" "$(readlink -f "$0")" "$(readlink -f "$1")" inside
fi

T=/mnt
mount -t tmpfs -o mode=755 machine "$T"
mkdir "$T"/{upper,work,root}
chmod 755 "$T/upper"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$T/upper,workdir=$T/work" "$T/root"
while true; do
    systemd-nspawn --quiet --directory="$T/root" --machine=box --private-network --register=no --keep-unit \
        --console=interactive --boot || sleep 1
done
