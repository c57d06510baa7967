"""Formats of dates where Django's own differ from page to page."""
