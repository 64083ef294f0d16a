# One image for `serve` and `worker`. Keys and data live in /data: mount a volume there, and keep a copy of the keys elsewhere.
FROM python:3.12-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 REMBUK_DATA_DIR=/data
WORKDIR /srv/rembuk
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY app app
COPY migrations migrations
COPY templates templates
COPY static static
COPY locales locales
RUN useradd --system --home /data rembuk && mkdir /data && chown rembuk /data
USER rembuk
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Whether the process lives; whether it can serve is asked by whoever balances: see docs/operations.md.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=3)"]
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve", "--host", "0.0.0.0"]
