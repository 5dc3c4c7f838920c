libvirt_daemons="libvirtd"

libvirt_configure() {
  # Its folders are the sandbox's own; only the detected capabilities of QEMU are kept for the next start.
  local name
  mkdir -p "$RUN"/libvirt/{etc,lib,log} "$DIR/cache/libvirt"
  for name in etc:/etc/libvirt lib:/var/lib/libvirt log:/var/log/libvirt; do mount --bind "$RUN/libvirt/${name%%:*}" "${name#*:}"; done
  mount --bind "$DIR/cache/libvirt" /var/cache/libvirt
  cp "$SANDBOX/conf/qemu.conf" "$SANDBOX/conf/libvirtd.conf" /etc/libvirt/
}

libvirt_start() { svc libvirtd libvirtd; }
libvirt_wait() { wait_svc libvirtd test -S /run/libvirt/libvirt-sock; }
