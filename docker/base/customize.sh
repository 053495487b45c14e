#!/bin/sh
# mmdebstrap's customize hook: turns a minimal Debian, whose root is $1, into the base of the local line.
# /tmp/staging in it holds debs/ (the server's packages), overlay/ (modules with their copyright files), layout.sh and
# sources.list, and gets installed.txt.
set -eu
root=$1
staging=$root/tmp/staging
# Without root this runs in a user namespace, where the folder that it was started in may not be readable.
cd /

# Before any package can take them: 999 is what the official image uses, so data directories can move between the two.
chroot "$root" groupadd --system --gid 999 valkey
chroot "$root" useradd --system --uid 999 --gid 999 --home-dir /data --no-create-home --shell /usr/sbin/nologin valkey

chroot "$root" sh -c 'apt-get install --yes --no-install-recommends --no-install-suggests /tmp/staging/debs/*.deb'

cp -R "$staging/overlay/." "$root/"
chroot "$root" sh /tmp/staging/layout.sh

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

# Scanners look for the server here, where the official image says which one it has.
version=$(chroot "$root" /usr/local/libexec/valkey/valkey-server --version | sed -n 's/.* v=\([^ ]*\).*/\1/p')
cat >"$root/usr/local/valkey.spdx.json" <<EOF
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "valkey-server-sbom",
  "documentNamespace": "https://github.com/kailas-cloud/valkey-bundle/spdx/valkey-server-$version",
  "creationInfo": {
    "created": "$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%dT%H:%M:%SZ)",
    "creators": ["Tool: valkey-bundle"]
  },
  "packages": [
    {
      "SPDXID": "SPDXRef-Package--valkey-server",
      "name": "valkey-server",
      "versionInfo": "$version",
      "downloadLocation": "NOASSERTION",
      "licenseDeclared": "BSD-3-Clause",
      "externalRefs": [
        {
          "referenceCategory": "PACKAGE-MANAGER",
          "referenceType": "purl",
          "referenceLocator": "pkg:generic/valkey-server@$version?os_name=debian"
        }
      ]
    }
  ],
  "relationships": [
    {
      "spdxElementId": "SPDXRef-DOCUMENT",
      "relationshipType": "DESCRIBES",
      "relatedSpdxElement": "SPDXRef-Package--valkey-server"
    }
  ]
}
EOF

# What the build needed and the image does not: the relaxed sources, the packages' own server directories, host names, logs.
# What dpkg leaves out stays left out in images built on this one.
mv "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$root/etc/dpkg/dpkg.cfg.d/without-documentation"
cp "$staging/sources.list" "$root/etc/apt/sources.list"
rm -rf "$root/var/lib/valkey" "$root/var/log/valkey" "$root/etc/apt/apt.conf.d/99mmdebstrap" \
  "$root/var/cache/ldconfig/aux-cache" "$root/var/cache/debconf/"*-old "$root/var/lib/dpkg/"*-old
find "$root/var/log" -type f -delete
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"

chroot "$root" dpkg-query --show --showformat '${Package} ${Version}\n' >"$staging/installed.txt"
