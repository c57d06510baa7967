"""Template filter for searches that are known by their addresses."""

from django import template

from search import chips

register = template.Library()
register.filter("search_title", chips.title_of)
