# What is in a base image, as its own programs say: scripts/image/artifacts.ts makes base.json of it.
ARG BASE
FROM ${BASE} AS facts
USER 0:0
RUN mkdir /out && \
    dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n' >/out/packages.tsv && \
    ldd --version | head -n 1 >/out/glibc.txt && \
    { /usr/local/libexec/valkey/valkey-server --version 2>/dev/null || valkey-server --version; } >/out/valkey.txt

FROM scratch
COPY --from=facts /out/ /
