# One image for all processes of photosearch; compose.yaml sets the command of each.
FROM python:3.11-slim-bookworm

# OpenMP for torch and Paddle; OpenGL and GLib for PaddleX's OpenCV; nginx for `manage.py front`; Tesseract's data of
# other scripts for text recognition.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 libgl1 libglib2.0-0 nginx \
        tesseract-ocr-eng tesseract-ocr-kor tesseract-ocr-rus tesseract-ocr-ukr tesseract-ocr-ell tesseract-ocr-tha tesseract-ocr-ara \
        tesseract-ocr-heb tesseract-ocr-hin tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/*

# Paddle needs a writable home folder.
RUN useradd --create-home --uid 10001 photosearch \
    && install --directory --owner=photosearch --mode=0700 /var/lib/photosearch /var/lib/photosearch/run

WORKDIR /app
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 DATA_DIR=/var/lib/photosearch

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
