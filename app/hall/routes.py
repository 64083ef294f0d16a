"""Doors of hall."""

from fastapi import APIRouter

router = APIRouter()
