# The wheels are gathered in one stage and installed in another, so that the image holds no build tools.
FROM python:3.11-slim-bookworm AS wheels
COPY requirements.txt .
RUN pip wheel --no-cache-dir --no-deps --require-hashes --wheel-dir /wheels -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home tracker
WORKDIR /srv/tracker
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-deps --no-index /wheels/*.whl
COPY manage.py ./
COPY tracker tracker
COPY pledges pledges
COPY templates templates
COPY static static
COPY fixtures fixtures
# Collecting files asks for settings, but uses none of these values.
RUN DJANGO_SECRET_KEY=only-for-collecting-static-files-0123456789-abcdefghijkl SITE_URL=https://tracker.invalid \
    DATABASE_URL=sqlite:///:memory: python manage.py collectstatic --no-input --verbosity 0 \
    && mkdir media last_pages keys && chown tracker: media last_pages keys
USER tracker
ENV BIND=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-m", "tracker.probe"]
CMD ["python", "-m", "gunicorn", "--config", "python:tracker.gunicorn_conf"]
