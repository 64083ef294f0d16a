"""Doors of the digest."""

from app.digest.pages import router

__all__ = ["router"]
