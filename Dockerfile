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
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
# heketi-start.sh and the deployment around it use curl; the rest of what they use is in the base image.
RUN apt-get update \
 && apt-get install -y --no-install-recommends curl tini \
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
RUN ln -s /opt/mortar/bin/heketi /usr/bin/heketi \
 && ln -s /opt/mortar/bin/heketi-cli /usr/bin/heketi-cli \
 && useradd --system --home-dir /var/lib/heketi --shell /usr/sbin/nologin heketi \
 && mkdir -p /var/lib/heketi \
 && chown heketi:heketi /var/lib/heketi

# The user stays root, as in Heketi's image: its manifests mount data volumes and keys that only root can use.
# Where they allow it, run with `--user heketi` or `securityContext.runAsUser`.
VOLUME ["/etc/heketi", "/var/lib/heketi"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s CMD curl -fsS http://localhost:8080/hello || exit 1
# tini passes signals on and collects orphans; the script replaces itself with the server.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/bin/heketi-start.sh"]
