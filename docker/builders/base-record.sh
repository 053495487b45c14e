#!/bin/sh
# base-record.sh: writes to /out what is in the base, whose root is mounted on /base. Nothing is installed there: the tools are
# those of the toolchain around it.
set -eu
export LC_ALL=C
mkdir -p /out
in_base() { chroot /base "$@"; }

in_base dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n' >/out/packages.tsv
in_base ldd --version | head -n 1 >/out/glibc.txt
server=/usr/local/libexec/valkey/valkey-server
[ -x "/base$server" ] || server=valkey-server
in_base "$server" --version >/out/valkey.txt

# What the dynamic linker finds: soname, and the versions that the library defines.
# `libz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1`
in_base ldconfig -p | sed -n 's/^[[:space:]]*\([^ ]*\) (.*) => \(.*\)$/\1 \2/p' | sort -u |
  while read -r soname path; do
    versions=$(readelf --wide --version-info "/base$(in_base readlink -f "$path")" |
      sed -n "/^Version definition section/,/^\$/s/.*Name: \([^ ]*\).*/\1/p" | tr '\n' ' ')
    printf '%s\t%s\n' "$soname" "$versions"
  done >/out/libraries.tsv
