# The build stage has what SQLite is compiled with; the image that runs has only Node and the built server.
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/mortar
COPY package.json package-lock.json ./
# The build that `npm ci` would run needs the sources, which come later so that this layer can be kept.
RUN npm ci --ignore-scripts && npm rebuild
COPY tsconfig.json tsconfig.build.json openapi.yaml ./
COPY scripts ./scripts
COPY src ./src
COPY console ./console
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Mortar" \
      org.opencontainers.image.description="A RESTful volume manager for GlusterFS that takes the place of Heketi" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# With `--build-arg EXTRA_PACKAGES=glusterfs-client` volumes can be mounted from nodes that have no client of their own.
ARG EXTRA_PACKAGES=""
# Deployments of Heketi run curl in the container; heketi-csi runs mount and, to get to the host, nsenter.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl mount tini util-linux ${EXTRA_PACKAGES} \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /opt/mortar
COPY --from=build /opt/mortar/package.json ./
COPY --from=build /opt/mortar/node_modules ./node_modules
COPY --from=build /opt/mortar/dist ./dist
COPY openapi.yaml LICENSE NOTICE ./
COPY migrations ./migrations
COPY bin ./bin
COPY packaging/heketi-start.sh /usr/bin/heketi-start.sh
COPY packaging/heketi.json /etc/heketi/heketi.json
# A number that no user of a machine is likely to have, and that manifests can name. Root without capabilities writes by its
# group, as do the users that OpenShift makes up.
RUN ln -s /opt/mortar/bin/heketi /usr/bin/heketi \
 && ln -s /opt/mortar/bin/heketi-cli /usr/bin/heketi-cli \
 && ln -s /opt/mortar/bin/heketi-csi /usr/bin/heketi-csi \
 && useradd --system --uid 10001 --home-dir /var/lib/heketi --shell /usr/sbin/nologin heketi \
 && mkdir -p /var/lib/heketi \
 && chown heketi:root /var/lib/heketi \
 && chmod 0775 /var/lib/heketi

# The user stays root, as in Heketi's image: its manifests mount data volumes and keys that only root can use. Where they
# allow it, run with `--user 10001` or `securityContext.runAsUser`, and with a read-only root file system.
VOLUME ["/etc/heketi", "/var/lib/heketi"]
EXPOSE 8080
# Of a server with TLS the certificate need not be for this name: it is this container's own.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD curl -fsS "http://localhost:${HEKETI_HTTP_PORT:-8080}/healthz" \
   || curl -fsSk "https://localhost:${HEKETI_HTTP_PORT:-8080}/healthz" || exit 1
# tini passes signals on and collects orphans; heketi-start.sh becomes the server.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/bin/heketi-start.sh"]
