"""Make `golden_preprocessing.npz`: drawn pictures, preprocessed by torchvision as OpenAI's CLIP does.

The file was made with torchvision 0.28.0 and Pillow 13.0.0. torchvision is not a dependency of this project, because it
does not load with every build of torch. To make the file again, run `pip install --no-deps torchvision==0.28.0` in a
temporary environment that also contains this project's packages, and run this script there.
"""

from pathlib import Path

import numpy as np
from PIL import Image

GOLDEN = Path(__file__).with_name("golden_preprocessing.npz")
SIDE = 32
# Landscape, portrait, square, the input size, smaller, odd, long, and one pixel high.
SIZES = [(90, 60), (61, 113), (75, 75), (32, 32), (17, 11), (33, 47), (1000, 41), (29, 640), (200, 1)]


def draw(size: tuple[int, int]) -> Image.Image:
    """Draw waves of colour with hard edges and fine detail, in which each step of the preprocessing is visible."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    waves = [np.sin(x / 7) + np.cos(y / 11), np.sin((x + 2 * y) / 3), np.sign(np.sin(x / 13) * np.cos(y / 5))]
    return Image.fromarray(np.stack([127.5 + 60 * wave for wave in waves], axis=-1).clip(0, 255).astype(np.uint8))


def main() -> None:
    """Write the file next to this script."""
    import torch

    # torchvision registers kernels of operators that builds of torch for processors do not define.
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from clip.clip import _transform

    transform = _transform(SIDE)
    tensors = {"x".join(map(str, size)): transform(draw(size)).numpy() for size in SIZES}
    np.savez_compressed(GOLDEN, **tensors)


if __name__ == "__main__":
    main()
