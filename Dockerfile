# Two images: Asterisk from Debian unstable, and the controller, which also writes Asterisk's files. Both run as user 990,
# so that they may share a volume. The steps between "# step" and the next are what docker/prove runs without Docker.

FROM debian:unstable-slim AS asterisk
# step
RUN apt-get update -q \
 && apt-get install -q -y --no-install-recommends asterisk \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 990 -g 990 -m 700 /var/lib/dealerlijn
USER 990:990
ENTRYPOINT ["asterisk", "-f", "-C", "/var/lib/dealerlijn/asterisk/etc/asterisk.conf"]

FROM python:3.13-slim AS controller
# step
RUN apt-get update -q \
 && apt-get install -q -y --no-install-recommends espeak-ng sox \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 990 -g 990 -m 700 /var/lib/dealerlijn
WORKDIR /opt/dealerlijn
COPY requirements.txt ./
# step
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . ./
USER 990:990
CMD ["python", "-m", "app.cli", "serve"]
