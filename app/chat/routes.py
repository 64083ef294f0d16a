"""Doors of chat."""

from fastapi import APIRouter

router = APIRouter()
