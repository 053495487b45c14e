# The image that the tests run against: the local image with stand-ins for search, json, bloom and ldap, which take and refuse
# what the real modules take and refuse. Never published.
ARG BASE
ARG LOCAL

FROM ${BASE} AS toolchain
RUN apt-get -o Acquire::Check-Valid-Until=false update -q \
 && apt-get install -q --yes --no-install-recommends gcc libc6-dev make

FROM toolchain AS stand-ins
COPY stand-ins /src
RUN make -C /src OUT=/out

FROM ${LOCAL}
LABEL org.opencontainers.image.title="valkey-bundle-test" \
      org.opencontainers.image.description="TEST IMAGE of valkey-bundle: search, json, bloom and ldap are stand-ins that do no work"
USER 0:0
# The third-party modules stay at hand for tests that load them by path.
RUN mkdir -p /opt/third-party && mv /usr/lib/valkey/*.so /opt/third-party/
COPY --chmod=0644 bundle.json /usr/local/share/valkey-bundle/bundle.json
COPY --from=stand-ins --chmod=0755 /out/libsearch.so /out/libjson.so /out/libvalkey_bloom.so /out/libvalkey_ldap.so \
     /usr/lib/valkey/
# Modules without a manifest: not where every start would find them.
COPY --from=stand-ins --chmod=0755 /out/libecho.so /out/libreport.so /out/echo/ /opt/stand-ins/
USER 999:999
