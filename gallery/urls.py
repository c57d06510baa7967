"""Addresses of the gallery."""

from django.urls import URLPattern

app_name = "gallery"
urlpatterns: list[URLPattern] = []
