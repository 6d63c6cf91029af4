# Holdfast as an image. No build step: Node runs the sources as they are.
#   archive   API, relay, seal, retention, fixity and every other verb
#   capture   the same with Chromium and fonts, for `holdfast work capture` alone: the browser that opens strangers'
#             pages is in no other container
# Pin the base by digest where your registry shows one: docker buildx imagetools inspect node:24.21.0-trixie-slim
ARG NODE_IMAGE=node:24.21.0-trixie-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /opt/holdfast
COPY package.json package-lock.json .npmrc ./
# The image has its own Node, so the copy from npm (for machines with an older one) stays out.
RUN npm ci --omit=dev && rm -rf node_modules/node node_modules/.bin/node

FROM ${NODE_IMAGE} AS archive
# e2fsprogs: chattr, for the one-shot service that makes the store's folders write through (docker-compose.yml).
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates e2fsprogs \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 holdfast \
  && useradd --uid 10001 --gid holdfast --home-dir /var/lib/holdfast --no-create-home --shell /usr/sbin/nologin holdfast \
  # A named volume takes its owner from the folder that it covers.
  && install -d -m 0700 -o holdfast -g holdfast /var/lib/holdfast /var/lib/holdfast/staging /var/lib/holdfast/keys /var/lib/holdfast-keys
WORKDIR /opt/holdfast
COPY --from=packages /opt/holdfast/node_modules node_modules
COPY package.json ./
COPY migrations migrations
COPY workers workers
COPY src src
COPY LICENSE* README* ./
ENV NODE_ENV=production \
    HOLDFAST_DATA=/var/lib/holdfast \
    HOLDFAST_HEARTBEAT=/tmp/holdfast-heartbeat
USER 10001:10001
ENTRYPOINT ["node", "/opt/holdfast/src/cli/main.ts"]
CMD ["--help"]

FROM archive AS capture
USER root
# Fonts for what people write: Latin, Greek, Cyrillic, Arabic, Indic scripts and more (noto-core), Chinese, Japanese,
# Korean (noto-cjk), emoji. A page in a script without a font is a picture of empty boxes.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
     chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji fonts-dejavu \
  && rm -rf /var/lib/apt/lists/*
# The binary, not Debian's script around it: a capture runs with our flags only.
ENV CHROMIUM_PATH=/usr/lib/chromium/chromium
USER 10001:10001
