#!/bin/sh
# finish.sh LICENCE-FILE...: makes of /out/$MODULE_FILE what goes into the image, with its licences and build.json. In the environment:
# MODULE_FILE, ADD_NEEDED. /build/record.json holds what was known before the build.
set -eu
export LC_ALL=C
module=/out/$MODULE_FILE

strip --strip-unneeded "$module"
# After strip: patchelf moves sections to where strip would not expect them.
for library in ${ADD_NEEDED-}; do patchelf --add-needed "$library" "$module"; done
chmod 0755 "$module"

mkdir -p /out/licences
for licence; do
  [ -f "$licence" ] || { echo "the source has no licence file $licence" >&2; exit 66; }
  name=$(printf %s "$licence" | tr / -)
  cp "$licence" "/out/licences/$name"
  chmod 0644 "/out/licences/$name"
done
readelf --wide --file-header --program-headers --dynamic --version-info "$module" >/out/readelf.txt

PATH="$PATH:/usr/local/cargo/bin"
export RUSTUP_HOME=/usr/local/rustup
toolchain=$(
  for program in gcc g++ clang ld cmake ninja make rustc cargo; do
    command -v "$program" >/dev/null || continue
    printf '%s\t%s\n' "$program" "$("$program" --version | head -n 1)"
  done | jq --raw-input --slurp 'split("\n") | map(select(. != "") | split("\t") | { (.[0]): .[1] }) | add'
)
sha256=$(sha256sum "$module" | cut -d ' ' -f 1)
jq --argjson toolchain "$toolchain" --arg sha256 "$sha256" --argjson size "$(stat -c %s "$module")" \
  '. + { toolchain: $toolchain, sha256: $sha256, size: $size }' /build/record.json >/out/build.json
