"""What a page of results shows."""


def page(response) -> str:
    """Its text."""
    return response.content.decode()


def names(response) -> list[str]:
    """The file names of its hits, in order."""
    return [hit.photo.filename for hit in response.context["page"].hits]
