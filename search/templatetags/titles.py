"""Template filter for the titles of searches, made from their addresses."""

from django import template

from search import chips

register = template.Library()
register.filter("search_title", chips.title_of)
