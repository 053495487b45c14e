#!/bin/sh
# mmdebstrap's customize hook: turns a minimal Debian into the base of the local line.
#   customize.sh ROOT STAGING
# STAGING holds debs/ (the server's packages), overlay/ (modules with their copyright files), layout.sh and sources.list.
set -eu
root=$1
staging=$2

# Before any package can take them: 999 is what the official image uses, so data directories can move between the two.
chroot "$root" groupadd --system --gid 999 valkey
chroot "$root" useradd --system --uid 999 --gid 999 --home-dir /data --no-create-home --shell /usr/sbin/nologin valkey

mkdir "$root/tmp/debs"
cp "$staging"/debs/*.deb "$root/tmp/debs/"
chroot "$root" sh -c 'apt-get install --yes --no-install-recommends --no-install-suggests /tmp/debs/*.deb'
rm -r "$root/tmp/debs"

cp -R "$staging/overlay/." "$root/"
cp "$staging/layout.sh" "$root/tmp/layout.sh"
chroot "$root" sh /tmp/layout.sh
rm "$root/tmp/layout.sh"

# A library that is missing shows only when the module is loaded: fail here instead.
for file in "$root"/usr/lib/valkey/*.so "$root/usr/local/libexec/valkey/valkey-server"; do
  libraries=$(chroot "$root" ldd "${file#"$root"}")
  case $libraries in
  *'not found'*)
    echo "customize.sh: ${file#"$root"} needs a library that the base does not have:" >&2
    echo "$libraries" >&2
    exit 1
    ;;
  esac
done

# What the build needed and the image does not: the relaxed sources, the packages' own server directories, host names, logs.
cp "$staging/sources.list" "$root/etc/apt/sources.list"
rm -rf "$root/var/lib/valkey" "$root/var/log/valkey" "$root/etc/apt/apt.conf.d/99mmdebstrap" \
  "$root/var/cache/ldconfig/aux-cache" "$root/var/cache/debconf/"*-old "$root/var/lib/dpkg/"*-old
find "$root/var/log" -type f -delete
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"

chroot "$root" dpkg-query --show --showformat '${Package} ${Version}\n' >"$staging/installed.txt"
