# The builder needs Node.js for npm alone: scripts/lib.sh fetches the Bun that package.json pins,
# so that an image is made by the same steps as a checkout.
FROM node:22-bookworm-slim AS builder
WORKDIR /build
COPY package.json bun.lock bunfig.toml ./
COPY scripts/lib.sh scripts/
RUN bash -c 'source scripts/lib.sh'
COPY . .
# There is no repository in here: docker build --build-arg SONDE_COMMIT="$(git rev-parse HEAD)" .
ARG SONDE_COMMIT=unknown
RUN bash -c 'source scripts/lib.sh && bun scripts/build.ts' && mkdir /empty

# glibc, certificates, time zones and no shell.
FROM gcr.io/distroless/base-debian12
COPY --from=builder /build/dist/sonde /usr/local/bin/sonde
# A new volume takes the owner of the folder that it covers. A folder of the host has to be
# given to this user: chown 65532:65532 DIR
COPY --from=builder --chown=65532:65532 /empty /data
USER 65532:65532
ENV SONDE_DATA=/data SONDE_HOST=0.0.0.0
VOLUME /data
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["/usr/local/bin/sonde", "health"]
ENTRYPOINT ["/usr/local/bin/sonde"]
CMD ["serve"]
