# The image: a base that has Valkey and its tools, the modules that were built from source, if any, and the entrypoint. One Dockerfile for
# the images of a release line and for the local one; its context is laid out by scripts/image/image-context.ts.
# It has to build on Docker 20.10 without a registry: no `# syntax` line, no heredocs, no --link, no named contexts.
ARG BASE
FROM ${BASE}
USER 0:0
RUN --mount=type=bind,source=layout.sh,target=/mnt/layout.sh sh /mnt/layout.sh
COPY --chmod=0755 modules/ /usr/lib/valkey/
COPY licences/ /usr/share/doc/valkey-bundle/

LABEL org.opencontainers.image.title="valkey-bundle" \
      org.opencontainers.image.description="Valkey with modules whose load arguments come from environment and configuration" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.source="https://github.com/kailas-cloud/valkey-bundle"
WORKDIR /data
EXPOSE 6379
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["valkey-bundle", "health"]
ENTRYPOINT ["bundle-docker-entrypoint"]
CMD ["valkey-server"]

# Late, because it changes most often: everything above stays cached. The links to it were made by layout.sh.
COPY --chmod=0755 probe.pl /usr/local/bin/valkey-bundle
COPY --chmod=0755 valkey-bundle /usr/local/libexec/valkey/valkey-bundle
# What it is made of: the list of components, and the records of the modules' builds.
COPY share/ /usr/local/share/valkey-bundle/
# What the variants of a line differ in comes last: they share everything above.
COPY --chmod=0644 bundle.json /usr/local/share/valkey-bundle/bundle.json
# By number: Kubernetes can only check a numeric user against runAsNonRoot.
USER 999:999
