# netmon in a container: non-root, read-only, no compiler, nothing that was not hashed.
# Built by `docker compose build`; docker-compose.yml says what it may do at run time.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/netmon \
    && /opt/netmon/bin/pip install --no-cache-dir --no-deps --only-binary=:all: --require-hashes \
        --requirement requirements.lock
# The three packages are pure Python: copied, not built, so no build backend has to be trusted here.
COPY topology /opt/netmon/lib/python3.11/site-packages/topology
COPY collectors /opt/netmon/lib/python3.11/site-packages/collectors
COPY netmon /opt/netmon/lib/python3.11/site-packages/netmon
RUN /opt/netmon/bin/python -m compileall -q /opt/netmon/lib/python3.11/site-packages/netmon \
        /opt/netmon/lib/python3.11/site-packages/collectors \
        /opt/netmon/lib/python3.11/site-packages/topology \
    && /opt/netmon/bin/pip uninstall --yes --quiet pip setuptools

FROM python:3.11-slim
LABEL org.opencontainers.image.title="netmon" \
      org.opencontainers.image.description="Health monitor for border communication networks" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 netmon \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin netmon \
    && install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/netmon
COPY --from=build /opt/netmon /opt/netmon
ENV PATH=/opt/netmon/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /var/lib/netmon
VOLUME /var/lib/netmon
USER 10001:10001
EXPOSE 9877
# SIGTERM ends it cleanly: the store is closed, incidents are kept.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9877/-/healthy', timeout=4)"]
ENTRYPOINT ["python", "-m", "netmon"]
CMD ["run", "--config", "/etc/netmon/netmon.yaml", "/etc/netmon/inventory.yaml", "/etc/netmon/container.yaml"]
