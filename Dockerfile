FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    DATA_DIR=/data

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin connector \
    && install -d -o connector -g connector -m 0700 /data

WORKDIR /app

# The lock covers development too; its tools leave in the layer that brought them.
COPY requirements.lock pyproject.toml ./
RUN python -m pip install --quiet --require-hashes -r requirements.lock \
    && python -c "import re, tomllib; tools = tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev']; print(*(re.match(r'[\w.-]+', one)[0] for one in tools))" \
       | xargs python -m pip uninstall --quiet --yes

COPY . .
# Settings take the storage with hashed names where there is a manifest, so an empty one starts
# it. The keys that this makes stay out of the image.
RUN mkdir staticfiles && echo '{"version": "1.1", "paths": {}}' > staticfiles/staticfiles.json \
    && DATA_DIR=/tmp/build python manage.py collectstatic --noinput && rm -rf /tmp/build

USER connector
VOLUME /data
EXPOSE 8000

# Pages are served under the host of PUBLIC_URL; the check asks for it by that name.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.parse, urllib.request as u; host = urllib.parse.urlsplit(os.environ.get('PUBLIC_URL') or 'http://localhost').netloc; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]

CMD ["python", "-m", "gunicorn", "connector.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--timeout", "120", "--no-control-socket", "--log-level", "warning"]
