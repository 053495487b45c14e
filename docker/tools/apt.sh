#!/bin/sh
# apt.sh PACKAGE...: installs these and what every module is built with. The lists of an expired suite are signed as well as any other, so
# they count.
set -eu
# The official images remove every package after its installation; here the cache mount keeps them for the next toolchain.
rm -f /etc/apt/apt.conf.d/docker-clean
export DEBIAN_FRONTEND=noninteractive
apt-get -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o DPkg::Lock::Timeout=120 update -q
# A layer is written whole or not at all, so dpkg need not sync every file.
apt-get -o Dpkg::Options::=--force-unsafe-io install -q --yes --no-install-recommends \
  binutils ca-certificates ccache g++ gcc git libc6-dev make patchelf "$@"
