"""Operations on stored photos: edit, merge, move to trash, delete, download, and list by date."""
