#!/bin/sh
# rust.sh TOOLCHAIN: a toolchain of rust-lang.org, such as 1.88.0. rustup checks what it downloads against the toolchain's manifest.
set -eu
export CARGO_HOME=/usr/local/cargo RUSTUP_HOME=/usr/local/rustup
curl --proto '=https' --tlsv1.2 --retry 3 -fsS https://sh.rustup.rs -o /tmp/rustup.sh
sh /tmp/rustup.sh -y --no-modify-path --profile minimal --default-toolchain "$1"
rm /tmp/rustup.sh
/usr/local/cargo/bin/rustc --version
