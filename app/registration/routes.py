"""Doors of registration."""

from fastapi import APIRouter

from app.registration.api import router as api

router = APIRouter()
router.include_router(api)
