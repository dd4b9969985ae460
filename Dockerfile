# The web server, the worker and every other gatami command, for those with Docker. The database is compose.yaml's.
FROM node:22-slim AS vendor
WORKDIR /gatami
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.13-slim-trixie AS build
WORKDIR /gatami
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=vendor /gatami/node_modules node_modules
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && .venv/bin/python -m app.web.vendor node_modules static/vendor \
    && rm -rf node_modules

FROM python:3.13-slim-trixie
# pg_dump and pg_restore, for gatami backup and restore.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home gatami
WORKDIR /gatami
COPY --from=build /gatami /gatami
ENV PATH=/gatami/.venv/bin:$PATH GATAMI_HOST=0.0.0.0 GATAMI_PORT=8000 GATAMI_DATA_DIR=/data
USER gatami
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gatami", "serve"]
