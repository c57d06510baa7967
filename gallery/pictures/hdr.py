"""Converts pictures whose colours are coded by H.273 numbers (CICP), HDR among them, to sRGB.

HDR signals (PQ and HLG) become linear light in which 1 is the reference white of 203 nits (BT.2408). Brighter light is
compressed by the curve of BT.2390, from the picture's own brightest light down to that white; darker pictures keep
their values.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

REFERENCE_WHITE = 203.0
"""Nits."""
HLG_PEAK, HLG_GAMMA = 1000.0, 1.2
PQ, HLG, LINEAR, GAMMA_22, GAMMA_28 = 16, 18, 8, 4, 5
BT_709, BT_2020, P3_DCI, P3_D65 = 1, 9, 11, 12

# The brightest light is measured on a sample of at most this many pixels; single pixels may be noise.
SAMPLE_SIDE = 512
BRIGHTEST_PERCENTILE = 99.9

# From linear light in these primaries (white D65) to those of BT.709 and sRGB.
TO_BT_709 = {
    BT_2020: ((1.660491, -0.587641, -0.072850), (-0.124550, 1.132900, -0.008349), (-0.018151, -0.100579, 1.118730)),
    P3_D65: ((1.224940, -0.224940, 0.0), (-0.042057, 1.042057, 0.0), (-0.019638, -0.078636, 1.098274)),
}
TO_BT_709[P3_DCI] = TO_BT_709[P3_D65]
LUMINANCE = {
    BT_2020: (0.2627, 0.6780, 0.0593),
    P3_D65: (0.22897, 0.69174, 0.07929),
    P3_DCI: (0.22897, 0.69174, 0.07929),
}
LUMINANCE_OF_BT_709 = (0.2126, 0.7152, 0.0722)

# Constants of the PQ curve (SMPTE ST 2084) and of HLG (BT.2100).
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
A, B, C = 0.17883277, 0.28466892, 0.55991073


@dataclass(frozen=True)
class ColourCode:
    """Primaries and transfer function of a picture, by their numbers in H.273."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """True if values stand for absolute light (PQ) or for that of a bright screen (HLG)."""
        return self.transfer in (PQ, HLG)

    @property
    def is_srgb(self) -> bool:
        """True if pictures need no conversion: those of BT.709 and of unknown kinds are shown like sRGB everywhere."""
        return self.primaries not in TO_BT_709 and self.transfer not in (PQ, HLG, LINEAR, GAMMA_22, GAMMA_28)


class CodedColours:
    """Converts strips of one picture; `sample` shows all of it, so that all strips get the same curve."""

    def __init__(self, code: ColourCode, sample: Image.Image) -> None:
        self.code = code
        self.curve = _light_of_codes(code.transfer)
        self.peak = 1.0
        if code.is_hdr:
            small = sample.convert("RGB")
            small.thumbnail((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.NEAREST)
            self.peak = max(1.0, float(np.percentile(self._light(small).max(axis=2), BRIGHTEST_PERCENTILE)))

    def to_srgb(self, image: Image.Image) -> Image.Image:
        """Convert an opaque image with 8 bits."""
        light = self._light(image.convert("RGB"))
        if self.peak > 1:
            brightest = np.maximum(light.max(axis=2, keepdims=True), 1e-6)
            light *= _compressed(brightest, self.peak) / brightest
        return Image.fromarray((_srgb_of_light(light) * 255 + 0.5).astype(np.uint8))

    def _light(self, image: Image.Image) -> np.ndarray:
        """Return linear light in BT.709 primaries, 1 for the reference white, as (height, width, 3)."""
        light = self.curve[np.asarray(image)]
        if self.code.transfer == HLG:
            luminance = light @ np.array(LUMINANCE.get(self.code.primaries, LUMINANCE_OF_BT_709), np.float32)
            light *= (luminance ** (HLG_GAMMA - 1) * (HLG_PEAK / REFERENCE_WHITE))[:, :, None]
        if matrix := TO_BT_709.get(self.code.primaries):
            light = light @ np.array(matrix, np.float32).T
        return np.maximum(light, 0)


def _light_of_codes(transfer: int) -> np.ndarray:
    """Return the light of each of 256 codes; for HLG that of the scene, 0–1."""
    code = np.arange(256) / 255
    match transfer:
        case 16:
            light = _nits_of_pq(code) / REFERENCE_WHITE
        case 18:
            light = np.where(code <= 0.5, code**2 / 3, (np.exp((code - C) / A) + B) / 12)
        case 8:
            light = code
        case 4:
            light = code**2.2
        case 5:
            light = code**2.8
        case _:
            light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


def _nits_of_pq(code: np.ndarray) -> np.ndarray:
    power = code ** (1 / M2)
    return 10_000 * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1)


def _pq_of_nits(nits: np.ndarray | float) -> np.ndarray:
    power = (np.asarray(nits) / 10_000) ** M1
    return ((C1 + C2 * power) / (1 + C3 * power)) ** M2


def _compressed(light: np.ndarray, peak: float) -> np.ndarray:
    """Return light of up to `peak` compressed to 1: a Hermite spline above the knee (BT.2390-10, 5.4.1)."""
    top = _pq_of_nits(peak * REFERENCE_WHITE)
    white = _pq_of_nits(REFERENCE_WHITE) / top
    knee = max(1.5 * white - 0.5, 0.0)
    code = np.minimum(_pq_of_nits(light * REFERENCE_WHITE) / top, 1)
    part = np.clip((code - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * part**3 - 3 * part**2 + 1) * knee
        + (part**3 - 2 * part**2 + part) * (1 - knee)
        + (3 * part**2 - 2 * part**3) * white
    )
    result = _nits_of_pq(np.where(code < knee, code, spline) * top) / REFERENCE_WHITE
    return np.asarray(result, np.float32)


def _srgb_of_light(light: np.ndarray) -> np.ndarray:
    light = np.minimum(light, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
