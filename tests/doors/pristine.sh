#!/bin/bash
# pristine.sh TREE [PYTHON]: the deployment on a pristine Debian with systemd booted (needs root, systemd-container).
# Make TREE with: debootstrap --variant=minbase \
#   --include=systemd-sysv,dbus,openssh-server,libnss-extrausers,iproute2,python3-venv bookworm TREE
# PYTHON is the interpreter of a venv with the product's libraries; it is copied. TREE itself stays as it is.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
if [ "${1:-}" != inside ]; then
    exec unshare --mount --pid --net --fork --kill-child --mount-proc -- "$BASH" "$here/pristine.sh" inside \
        "$(readlink -f "$1")" "$(dirname "$(dirname "${2:-$(command -v python3)}")")"
fi
tree=$2 venv=$3
ip link set lo up
work=$(mktemp -d)
mount -t tmpfs work "$work"
mkdir "$work"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" "$work/root"
root=$work/root
mkdir -p "$root/opt/boxmgmt/lib"
cp -r "$venv" "$root/opt/boxmgmt/venv"
cp -r "$here/../../sysmgmt" "$here/../../boxmgmt" "$root/opt/boxmgmt/lib"
[ -e "$root/usr/lib/python3.11/venv" ] || cp -r /usr/lib/python3.11 "$root/usr/lib/"
chown -R root:root "$root/opt/boxmgmt"
chmod -R go+rX,go-w "$root/opt/boxmgmt"
cat >"$root/opt/check.sh" <<'INSIDE'
set -euo pipefail
export PYTHONPATH=/opt/boxmgmt/lib
deploy() { /opt/boxmgmt/venv/bin/python -m sysmgmt.service --deploy "$@"; }
ssh-keygen -A >/dev/null
systemctl restart ssh
old=$(cat /etc/ssh/ssh_host_ed25519_key.pub)
deploy
systemctl is-active boxmgmtd.service
printf 'install name=box1 level=basic password="Admin-Pass-12"\n' | /usr/lib/boxmgmt/sysmgmt
[ "$old" != "$(cat /etc/ssh/ssh_host_ed25519_key.pub)" ] && echo "host keys are new"
systemctl restart boxmgmtd.service
ssh-keygen -q -t ed25519 -N '' -f /root/key
(umask 077; echo Admin-Pass-12 >/root/password)
printf '%s\n' 'add_user name=bob role=monitor password="Bob-Pass-123" must_change=no' \
    "add_ssh_key name=bob key=\"$(cat /root/key.pub)\"" "add_ssh_key name=admin key=\"$(cat /root/key.pub)\"" |
    /usr/lib/boxmgmt/sysmgmt --user admin --password-file /root/password
box() { ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR -i /root/key "$@"; }
box bob@127.0.0.1 get_current_user
box admin@127.0.0.1 'get_box_settings --json'
printf 'set_login_banner text="Keep out"\n' | box admin@127.0.0.1 || echo "status $? (a menu takes numbers on a pipe)"
grep -q 'Keep out' /etc/boxmgmt/banner || box admin@127.0.0.1 'set_login_banner text="Keep out"'
grep -H . /etc/boxmgmt/banner
systemctl restart boxmgmtd.service
box bob@127.0.0.1 'get_groups --json'
journalctl -u boxmgmtd --no-pager -o cat | grep -iE 'error|denied|traceback' && exit 1
systemd-analyze security --no-pager boxmgmtd.service | tail -1
systemctl --no-pager --failed
deploy --remove
id bob && exit 1
systemctl is-active boxmgmtd.service && exit 1
echo "taken back"
INSIDE
systemd-nspawn -q -D "$root" --private-network --register=no --keep-unit --boot </dev/null >"$work/boot.log" 2>&1 &
first() { pgrep -o -f '^(/usr)?/lib/systemd/systemd|^/sbin/init' || true; }
into() { nsenter -t "$(first)" -m -u -i -n -p "$@"; }
for _ in $(seq 200); do
    [ -n "$(first)" ] && into systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && break
    sleep 0.1
done
status=0
into /bin/bash /opt/check.sh || status=$?
into systemctl poweroff 2>/dev/null || true
wait || true
exit "$status"
