"""The files of photos, thumbnails and uploads on disk, and how they are served."""
