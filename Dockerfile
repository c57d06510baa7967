# One image for all processes of photosearch; compose.yaml sets the command of each.

# exiftool, the release that photosearch/embedded/exiftool.py names.
FROM node:22-bookworm-slim AS exiftool
RUN npm pack --silent exiftool-vendored.pl@13.59.3 \
    && echo "dea9f92a8748a75a43ff42aae017644a48982aead848f985c6a443ec11e0b8f5  exiftool-vendored.pl-13.59.3.tgz" | sha256sum --check \
    && tar --extract --gzip --file=exiftool-vendored.pl-13.59.3.tgz --directory=/opt package/bin

FROM python:3.11-slim-bookworm

# OpenMP for torch and Paddle; OpenGL and GLib for PaddleX's OpenCV; nginx for `manage.py front`; perl for exiftool;
# Tesseract's data of other scripts for text recognition.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 libgl1 libglib2.0-0 nginx perl \
        tesseract-ocr-eng tesseract-ocr-kor tesseract-ocr-rus tesseract-ocr-ukr tesseract-ocr-ell tesseract-ocr-tha tesseract-ocr-ara \
        tesseract-ocr-heb tesseract-ocr-hin tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/*

# Paddle needs a writable home folder.
RUN useradd --create-home --uid 10001 photosearch \
    && install --directory --owner=photosearch --mode=0700 /var/lib/photosearch /var/lib/photosearch/run

COPY --from=exiftool --chmod=a+rX /opt/package/bin /opt/exiftool

WORKDIR /app
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 DATA_DIR=/var/lib/photosearch EXIFTOOL=/opt/exiftool/exiftool

# CPU build of torch; for a GPU: --build-arg TORCH_INDEX=
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY requirements.txt requirements-binaries.txt constraints.txt ./
# openai-clip is built from source, with the setuptools of the requirements.
RUN pip install $(grep '^setuptools==' requirements.txt) \
    && pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --no-build-isolation --use-pep517 \
        --requirement requirements.txt --constraint constraints.txt \
    && pip install --no-deps --require-hashes --requirement requirements-binaries.txt

COPY . .
USER photosearch
VOLUME /var/lib/photosearch
EXPOSE 8000
CMD ["python", "manage.py", "front", "--bind=0.0.0.0:8000"]
