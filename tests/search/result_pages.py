"""Reads what a page of search results shows."""


def page(response) -> str:
    """Return the HTML of a response."""
    return response.content.decode()


def names(response) -> list[str]:
    """Return the file names of the hits on a page, in order."""
    return [hit.photo.filename for hit in response.context["page"].hits]
