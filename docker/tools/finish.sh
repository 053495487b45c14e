#!/bin/sh
# finish.sh ARTIFACT FILE LICENCE-FILE...: takes ARTIFACT out of the source tree and makes of it what goes into the image: /out/FILE, with its
# licences, its Cargo.lock, and what it was built with. ADD_NEEDED: libraries that it must name, so that it works and not only loads.
set -eu
export LC_ALL=C
artifact=$1 module=/out/$2
shift 2

# 66 (EX_NOINPUT) and a code of docs/pipeline-problems.md: what the pipeline reports.
if [ ! -f "$artifact" ]; then
  left=$(find . -name '*.so' -type f | sort | paste -s -d ' ' -)
  echo "VP302 the build ended well and left no file $artifact in $PWD; shared libraries that it left: ${left:-none}"
  exit 66
fi
mkdir -p /out/licences
cp "$artifact" "$module"
[ ! -f Cargo.lock ] || cp Cargo.lock /out/Cargo.lock
for licence; do
  [ -f "$licence" ] || { echo "VP302 the source has no licence file $licence"; exit 66; }
  name=$(printf %s "$licence" | tr / -)
  cp "$licence" "/out/licences/$name"
  chmod 0644 "/out/licences/$name"
done

# What is no object at all, check.sh refuses with a reason.
strip --strip-unneeded "$module" || true
# After strip: patchelf moves sections to where strip would not expect them.
for library in ${ADD_NEEDED-}; do patchelf --add-needed "$library" "$module"; done
chmod 0755 "$module"
readelf --wide --file-header --program-headers --dynamic --version-info --dyn-syms "$module" >/out/readelf.txt || true

PATH="$PATH:/usr/local/cargo/bin"
export RUSTUP_HOME=/usr/local/rustup
for program in gcc g++ clang ld cmake ninja make rustc cargo; do
  command -v "$program" >/dev/null || continue
  printf '%s\t%s\n' "$program" "$("$program" --version | head -n 1)"
done >/out/toolchain.tsv
