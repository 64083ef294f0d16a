"""Doors of proposals."""

from fastapi import APIRouter

router = APIRouter()
