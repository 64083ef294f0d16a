"""Doors of exports."""

from fastapi import APIRouter

router = APIRouter()
