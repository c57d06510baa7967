"""Fuses the rankings of keyword and vector search into one result list."""
