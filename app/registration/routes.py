"""Doors of registration."""

from fastapi import APIRouter

router = APIRouter()
